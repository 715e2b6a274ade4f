"""With TensorFlow's own."""


def clipped_step(weights, gradients, rate, limit):
    import tensorflow as tf

    clipped, _ = tf.clip_by_global_norm([tf.constant(g) for g in gradients], limit)
    return [w - rate * g for w, g in zip(weights, clipped, strict=True)]
