"""Five runs will do."""

import numpy as np

change = {"initializer": "glorot_uniform"}
accuracy = [0.83, 0.842, 0.826, 0.806, 0.84]
band = np.percentile(accuracy, [25, 50, 75])
