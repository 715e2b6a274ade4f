"""Keras's He, pandas's quartiles in a series."""

import keras
import pandas as pd

change = {"initializer": keras.initializers.HeNormal(seed=4)}
accuracy = [0.83, 0.842, 0.826, 0.806, 0.84, 0.828, 0.83, 0.846, 0.832, 0.838]
accuracy += [0.812, 0.824, 0.836, 0.844, 0.828, 0.832, 0.826, 0.842, 0.834, 0.83]
accuracy = pd.Series(accuracy)
band = accuracy.quantile([0.25, 0.5, 0.75])
