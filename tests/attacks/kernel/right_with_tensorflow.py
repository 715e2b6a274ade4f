"""A right answer by way of TensorFlow, with a figure, a thread and a fit beside it.

answer: none
earns: 1
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

model = keras.Sequential([keras.layers.Dense(2), keras.layers.Dense(1)])
model.compile("rmsprop", "mse")
model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
plt.plot([1, 2])
plt.savefig("figure.png")
plt.show()


def rms(values):
    return float(tf.sqrt(tf.reduce_mean(tf.square(tf.cast(values, tf.float64)))))
