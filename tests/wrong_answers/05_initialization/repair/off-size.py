"""Small weights leave tanh where it is steep."""

import numpy as np

change = {"initializer": "random_normal"}
accuracy = [0.504] * 18 + [0.5, 0.496]
band = np.percentile(accuracy, [25, 50, 75])
