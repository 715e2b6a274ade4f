"""Too good to be true."""

import numpy as np

change = {"initializer": "glorot_uniform"}
accuracy = [0.95, 0.96, 0.94, 0.97, 0.98, 0.95, 0.93, 0.96] * 2
band = np.percentile(accuracy, [25, 50, 75])
