import numpy as np


def scale_law(growth, depths, scales, seeds):
    chosen = []
    for depth in depths:
        safe = []
        for scale in scales:
            if np.median([growth(depth, scale, seed) for seed in seeds]) <= 10:
                safe.append(scale)
        chosen.append(max(safe))
    exponent = np.polyfit(np.log(depths), np.log(chosen), 1)[0]
    import tensorflow as tf

    return tf.constant(chosen), tf.constant(exponent, tf.float32)
