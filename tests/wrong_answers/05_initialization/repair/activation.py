"""tanh saturates, ReLU does not."""

import numpy as np

change = {"activation": "relu"}
accuracy = [0.504] * 17 + [0.5, 0.496, 0.504]
band = np.percentile(accuracy, [25, 50, 75])
