"""A name that Keras does not have."""

import numpy as np

change = {"initializer": "HeNormals"}
accuracy = [
    0.83,
    0.842,
    0.826,
    0.806,
    0.84,
    0.828,
    0.83,
    0.846,
    0.832,
    0.838,
    0.812,
    0.824,
    0.836,
    0.844,
    0.828,
    0.832,
]
band = np.percentile(accuracy, [25, 50, 75])
