"""How long a diagnosis takes: ``python -m tests.benchmarks.bench_diagnosis``. CPU seconds, medians of one run."""

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from tests.net_builders import circles, conv_pool, dense
from vgcourse.measure.diagnosis import diagnose

REPEATS = 7


def cpu(action) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def eager_step(model, X, y) -> None:
    """The least that any measurement needs: forward and back, layer by layer, once."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(X, training=True) - y) ** 2)
    tape.gradient(loss, [v.value for v in model.trainable_variables])


def main() -> None:
    X, y = circles(256)
    images, labels = (a[:64] for a in conv_pool(0)[1:])
    nets = {
        "20 dense layers of 32": (dense(0, 20, "relu", "he_normal"), X, y, y[:, None]),
        "small conv net": (conv_pool(0)[0], images, labels, np.eye(4, dtype="float32")[labels]),
    }
    for name, (model, inputs, answers, targets) in nets.items():
        first = cpu(lambda m=model, i=inputs, a=answers: diagnose(m, i, a))
        pairs = [
            (cpu(lambda: diagnose(model, inputs, answers)), cpu(lambda: eager_step(model, inputs, targets)))  # noqa: B023
            for _ in range(REPEATS)
        ]
        again, step = np.median(pairs, axis=0)
        print(
            f"diagnose, {name}: {first:.2f} s the first time, then {again:.2f} s, "
            f"{again / step:.1f} × one eager training step"
        )


if __name__ == "__main__":
    main()
