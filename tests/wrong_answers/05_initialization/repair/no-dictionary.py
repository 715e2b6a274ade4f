"""The new value is the change."""

import numpy as np

change = "he_normal"
accuracy = np.linspace(0.81, 0.85, 20)
band = np.percentile(accuracy, [25, 50, 75])
