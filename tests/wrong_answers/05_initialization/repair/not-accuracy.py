"""In percent."""

import numpy as np

change = {"initializer": "glorot_uniform"}
accuracy = [83.0, 84.2, 82.6, 80.6, 84.0] * 4
band = np.percentile(accuracy, [25, 50, 75])
