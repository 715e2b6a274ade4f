"""What a fit leaves in memory: one capture a fit, and one for all, on a model of 10 million parameters.

Run ``python -m tests.benchmarks.bench_memory [fits]``. Resident memory, the largest of the first half of the fits
from the third on, and of the second half: TensorFlow and the allocator keep what the first two have warmed up, and
what a single fit leaves depends on where Python's collector is.
"""

import sys

import keras
import numpy as np
import psutil

from tests.benchmarks.figures import Figure, hand_on
from vgcourse.measure.capture import GradientCapture, WeightCapture

FITS = 100
MAKERS = {
    "no capture": lambda: [],
    "GradientCapture": lambda: [GradientCapture(keep="statistics")],
    "GradientCapture(backprop=False)": lambda: [GradientCapture(keep="statistics", backprop=False)],
    'WeightCapture(every="step")': lambda: [WeightCapture(every="step", keep="statistics")],
}


def large_net() -> keras.Model:
    keras.utils.set_random_seed(0)
    hidden = [keras.layers.Dense(1780, activation="relu") for _ in range(4)]
    model = keras.Sequential([keras.Input((256,)), *hidden, keras.layers.Dense(10, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", jit_compile=False)
    return model


def resident(callbacks, fits: int) -> list[float]:
    """MB after each fit; callbacks() gives those of the next one."""
    rng, process = np.random.default_rng(0), psutil.Process()
    X, y = rng.normal(size=(32, 256)).astype("float32"), rng.integers(0, 10, 32)
    model, found = large_net(), []
    for _ in range(fits):
        model.fit(X, y, batch_size=16, epochs=1, verbose=0, callbacks=callbacks())
        found.append(process.memory_info().rss / 1e6)
    return found


def main() -> None:
    fits = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else FITS
    print(f"10 million parameters, {fits} fits: most MB in the first half, from the third on, and in the second")
    reused = [GradientCapture(keep="statistics")]
    for name, make in (MAKERS | {"GradientCapture, one for all fits": lambda: reused}).items():
        used = resident(make, fits)
        early, late = max(used[2 : fits // 2]), max(used[fits // 2 :])
        print(f"{name:<34} {early:.0f} {late:.0f} ({late / early - 1:+.1%})", flush=True)
        hand_on(Figure("memory", f"{name}: second half of {fits} fits by the first", late / early, more=False))


if __name__ == "__main__":
    main()
