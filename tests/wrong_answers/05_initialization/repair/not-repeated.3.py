"""A change that heals, and the runs from before it."""

import numpy as np

change = {"initializer": "he_normal"}
accuracy = [0.551, 0.574, 0.592, 0.6, 0.58, 0.55, 0.56, 0.562, 0.57, 0.576, 0.59, 0.61, 0.548, 0.552, 0.594, 0.572]
band = np.percentile(accuracy, [25, 50, 75])
