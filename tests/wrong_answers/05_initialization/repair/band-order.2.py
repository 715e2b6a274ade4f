"""The median first."""

import numpy as np

change = {"initializer": "glorot_uniform"}
accuracy = [0.83, 0.842, 0.826, 0.806, 0.84, 0.828, 0.83, 0.846, 0.832, 0.838]
accuracy += [0.812, 0.824, 0.836, 0.844, 0.828, 0.832, 0.826, 0.842, 0.834, 0.83]
band = [np.median(accuracy), *np.percentile(accuracy, [25, 75])]
