"""Too slow: three times the rate."""

import numpy as np

change = {"learning_rate": 0.03}
accuracy = [0.504, 0.55, 0.58, 0.6, 0.61, 0.62, 0.7, 0.74, 0.77, 0.78] * 1
accuracy += [0.79, 0.79, 0.8, 0.805, 0.81, 0.815, 0.82, 0.825, 0.83, 0.842]
band = np.percentile(accuracy, [25, 50, 75])
