"""Smaller, but still all positive."""

import keras
import numpy as np

change = {"initializer": keras.initializers.RandomUniform(0, 0.5)}
accuracy = [0.504] * 8
accuracy += [0.57, 0.58, 0.6, 0.61, 0.62, 0.64, 0.66, 0.7, 0.72, 0.75, 0.8, 0.81]
band = np.percentile(accuracy, [25, 50, 75])
