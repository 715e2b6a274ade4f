"""Takes away the mean, and no more."""

import keras
import numpy as np

change = {"initializer": keras.initializers.RandomUniform(-0.5, 0.5)}
accuracy = [0.63, 0.64, 0.66, 0.71, 0.757, 0.758, 0.77, 0.79, 0.8, 0.808]
accuracy += [0.81, 0.812, 0.815, 0.82, 0.822, 0.823, 0.825, 0.828, 0.83, 0.832]
band = np.percentile(accuracy, [25, 50, 75])
