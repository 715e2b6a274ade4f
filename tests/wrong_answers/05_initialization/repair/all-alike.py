"""One run, sixteen times."""

import numpy as np

change = {"initializer": "glorot_uniform"}
accuracy = [0.83] * 16
band = np.percentile(accuracy, [25, 50, 75])
