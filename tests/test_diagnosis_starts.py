"""Heads and branches that start at 0, or small, are well where the next steps move them, and the rate's fault else.

`python -m tests.test_diagnosis_starts` puts every start to every optimizer, before and after eight steps.
"""

import keras
import numpy as np
import pytest
from keras import layers, optimizers

from vgcourse.measure.diagnosis import diagnose

X = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
Y = (X[:, 0] * X[:, 1] + X[:, 2] > 0).astype("float32")
STARTS = {
    "zeros": lambda: "zeros",
    "next to 0": lambda: keras.initializers.VarianceScaling(1e-10, seed=1),
    "a hundredth": lambda: keras.initializers.Orthogonal(0.01, seed=1),
}
_warm_up = optimizers.schedules.CosineDecay(0.0, 200, warmup_target=1e-3, warmup_steps=200)
WELL = {
    "Adam": lambda: optimizers.Adam(1e-3),
    "SGD": lambda: optimizers.SGD(0.05),
    "Lion": lambda: optimizers.Lion(1e-4),
    "warm-up from 0": lambda: optimizers.Adam(_warm_up),
}
SLOW = {
    "Adam at 1e-12": lambda: optimizers.Adam(1e-12),
    "SGD at 1e-9": lambda: optimizers.SGD(1e-9),
    "no rate": lambda: optimizers.Adam(0.0),
    "epsilon": lambda: optimizers.Adam(1e-3, epsilon=1e8),
    "clipped": lambda: optimizers.SGD(0.1, global_clipnorm=1e-12),
}
CAUSES = {"learning rate too small", "clipping too strong"}


def net(optimizer, head, branch="glorot_uniform"):
    keras.utils.set_random_seed(1)
    inputs = keras.Input((8,))
    h = layers.Dense(16, "tanh", name="stem")(inputs)
    for k in range(3):
        wide = layers.Dense(16, "tanh", name=f"wide_{k}")(h)
        h = h + layers.Dense(16, kernel_initializer=branch, name=f"narrow_{k}")(wide)
    model = keras.Model(inputs, layers.Dense(1, "sigmoid", kernel_initializer=head, name="out")(h))
    model.compile(optimizer, "binary_crossentropy")
    return model


def asked(optimizer, head, **settings):
    """What is said of it before and after eight steps."""
    model = net(optimizer, head, **settings)
    before = diagnose(model, X, Y)
    model.fit(X, Y, batch_size=8, epochs=1, verbose=0)
    return before, diagnose(model, X, Y)


@pytest.mark.parametrize(
    ("start", "name"), [("zeros", "warm-up from 0"), ("next to 0", "SGD"), ("a hundredth", "Adam")]
)
def test_a_head_that_moves_is_well_before_and_after_some_steps(start, name):
    for report in asked(WELL[name](), STARTS[start]()):
        assert report.healthy, report


@pytest.mark.parametrize(
    ("start", "name"), [("zeros", "Adam at 1e-12"), ("next to 0", "SGD at 1e-9"), ("zeros", "clipped")]
)
def test_a_head_that_does_not_move_is_blamed_on_what_holds_it(start, name):
    for report in asked(SLOW[name](), STARTS[start]()):
        assert report.cause in CAUSES and "Glorot's size" in report.verdict, report
        assert "all layers hear" not in report.verdict


def test_branches_and_a_head_of_zeros_are_no_copies_for_ever():
    """As U-Nets of diffusion start: the first step of the head gives each unit of a branch a gradient of its own."""
    before, after = asked(optimizers.Adam(1e-3), "zeros", branch="zeros")
    assert before.healthy and after.healthy, (before, after)
    chain = keras.Sequential(
        [keras.Input((8,)), *[layers.Dense(6, "tanh", kernel_initializer="zeros") for _ in "ab"]]
    )
    chain.add(layers.Dense(1, "sigmoid", kernel_initializer="zeros"))
    assert diagnose(chain, X, Y, loss="binary_crossentropy").cause == "symmetric"


def main() -> None:
    for start, head in STARTS.items():
        for name, make in (WELL | SLOW).items():
            causes = [report.cause for report in asked(make(), head())]
            fine = {"healthy"} if name in WELL else CAUSES
            print("" if set(causes) <= fine else "!", start, "|", name, "|", *causes, flush=True)


if __name__ == "__main__":
    main()
