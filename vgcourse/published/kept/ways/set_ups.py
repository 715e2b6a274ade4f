"""The ways out, each as one change to a sick net: six layers of sigmoids on digits, deep nets on circles."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from vgcourse.published.kept.ways import pretraining
from vgcourse.published.kept.ways.stack import Layers, dead_units, start_of, step_factor, train

__all__ = ["SEEDS", "circles_runs", "dead_runs", "digits_runs"]

SEEDS = 16
LOOKS = (10, 30, 100)  # epochs
_BATCH = {"digits": 32, "circles": 40}
_PRE_EPOCHS = 100  # of every layer's autoencoder

SICK = Layers(6, 32)
DIGITS = {
    "as it is": (SICK, "glorot_uniform"),
    "pre-trained": (SICK, "pre-trained"),
    "pre-trained, shuffled": (SICK, "shuffled"),
    "pre-trained, shuffled, re-centred": (SICK, "re-centred"),
    "right variance": (SICK, "right"),
    "gate": (replace(SICK, gate=-1.0), "glorot_uniform"),  # keeps as an LSTM does whose forget bias is 1
    "skip": (replace(SICK, skip=True), "glorot_uniform"),
    "relu": (replace(SICK, activation="relu"), "glorot_uniform"),
    "relu and He": (replace(SICK, activation="relu"), "he_normal"),
    "batch norm": (replace(SICK, norm="batch"), "glorot_uniform"),
    "layer norm": (replace(SICK, norm="layer"), "glorot_uniform"),
}
OPTIMIZERS = {"sgd": 0.3, "adam": 0.001}

_RELU = Layers(50, 32, "relu")
DEEP = {
    "20 sigmoid": (Layers(20, 8), "glorot_uniform", 60),
    "20 relu": (replace(_RELU, depth=20), "he_normal", 40),
    "50 relu": (_RELU, "he_normal", 40),
}
BENT = {"relu": (0.001, 0.01, 0.03), "leaky_relu": (0.03,), "elu": (0.03,), "gelu": (0.03,)}


def orders_of(n: int, batch: int, epochs: int, seeds: Sequence[int]) -> np.ndarray:
    """The rows of every step, (updates, seeds, batch): `vgcourse.train`'s order, without a last, smaller batch."""
    from vgcourse.measure.training.batches import batch_order

    whole = n // batch
    orders = [batch_order(n, epochs, seed)[:, : whole * batch].reshape(-1, batch) for seed in seeds]
    return np.stack(orders, axis=1)


def digits_runs(
    ways: Sequence[str] = tuple(DIGITS), seeds: int = SEEDS, looks: Sequence[int] = LOOKS, longest: int = 1000
) -> Iterator[pd.DataFrame]:
    """Every way on the digits, with SGD and with Adam, after 10, 30 and 100 epochs; the sick net after 1,000 too."""
    from vgcourse.nets.data import digits

    split, of = digits(), np.eye(10, dtype="float32")
    X, y = split.X_train, of[split.y_train]
    judge = split.X_test, of[split.y_test]
    starts = _digits_starts(ways, X, seeds)
    for way in ways:
        for optimizer, rate in OPTIMIZERS.items():
            net = replace(DIGITS[way][0], optimizer=optimizer, rate=rate)
            epochs = [*looks, longest] if way == "as it is" and longest > looks[-1] else list(looks)
            orders = orders_of(len(X), _BATCH["digits"], epochs[-1], range(seeds))
            updates = [len(orders) // epochs[-1] * epoch for epoch in epochs]
            factor = step_factor(net, starts[way], X[:200], y[:200])
            seen, _ = train(net, starts[way], X, y, orders, updates, judge)
            for epoch, found in zip(epochs, seen, strict=True):
                work = products(net, 64, 10) * epoch * len(X) + pretraining_products(way, net, 64) * len(X)
                yield _rows("digits", way, net, epoch, found, factor=factor, work=work / 1e9)


def _digits_starts(ways: Sequence[str], X: np.ndarray, seeds: int) -> dict[str, list]:
    plain = start_of(SICK, "glorot_uniform", range(seeds), 64, 10)
    starts: dict[str, Any] = {"right": pretraining.right_variance(plain)}
    if any(way.startswith("pre-trained") for way in ways):
        orders = orders_of(len(X), _BATCH["digits"], _PRE_EPOCHS, range(seeds))
        starts["pre-trained"], _ = pretraining.pretrained(SICK, plain, X, orders)
        starts["shuffled"] = pretraining.shuffled(starts["pre-trained"])
        starts["re-centred"] = pretraining.recentred(starts["shuffled"], starts["pre-trained"], X)
    chosen = {way: DIGITS[way] for way in ways}
    return {
        way: starts[start] if start in starts else start_of(net, start, range(seeds), 64, 10)
        for way, (net, start) in chosen.items()
    }


def circles_runs(seeds: int = SEEDS, cases: Sequence[str] = tuple(DEEP)) -> Iterator[pd.DataFrame]:
    """Deep nets on the circles without a norm, with batch and with layer normalisation; a control for the last."""
    for case in cases:
        net, initializer, epochs = DEEP[case]
        for norm in ("none", "batch", "layer"):
            yield _on_circles(case, norm, replace(net, norm=norm), initializer, epochs, seeds)
        if "relu" in case:
            net = replace(net, norm="layer")
            yield _on_circles(case, "layer, a third input of 1", net, initializer, epochs, seeds)


def dead_runs(seeds: int = SEEDS) -> Iterator[pd.DataFrame]:
    """relu at three learning rates, and its three relatives at the highest: ten layers of 8 on the circles."""
    for activation, rates in BENT.items():
        for rate in rates:
            net = Layers(10, 8, activation, rate=rate)
            yield _on_circles("10 of 8", activation, net, "he_normal", 60, seeds)


def _on_circles(case: str, way: str, net: Layers, initializer: str, epochs: int, seeds: int) -> pd.DataFrame:
    from vgcourse.nets.data import circles

    X, y = circles()
    X = np.hstack([X, np.ones((len(X), 1), "float32")]) if "third input" in way else X
    y = y[:, None]
    start = start_of(net, initializer, range(seeds), X.shape[1], 1)
    orders = orders_of(len(X), _BATCH["circles"], epochs, range(seeds))
    factor = step_factor(net, start, X[:200], y[:200])
    seen, trained = train(net, start, X, y, orders, [len(orders)], (X, y))
    relu = case == "10 of 8" and net.activation == "relu"
    units = {"dead_start": dead_units(net, start, X), "dead": dead_units(net, trained, X)} if relu else {}
    work = products(net, X.shape[1], 1) * epochs * len(X) / 1e9
    return _rows(case, way, net, epochs, seen[-1], factor=factor, work=work, **units)


def products(net: Layers, inputs: int, outputs: int) -> int:
    """Multiplications in the matrix products that train a net on one example: forward, and twice that backward."""
    a_layer = net.width**2 * (1 if net.gate is None else 2)
    return 3 * (inputs * net.width + (net.depth - 1) * a_layer + net.width * outputs)


def pretraining_products(way: str, net: Layers, inputs: int) -> int:
    """The same for pre-training, per example, all epochs of all layers' autoencoders together."""
    if not way.startswith("pre-trained"):
        return 0
    return 3 * 2 * _PRE_EPOCHS * (inputs * net.width + (net.depth - 1) * net.width**2)


def _rows(case: str, way: str, net: Layers, epochs: int, found: dict, **more: Any) -> pd.DataFrame:
    seeds = np.arange(len(found["loss"]))
    kept = {"net": case, "way": way, "optimizer": net.optimizer, "rate": net.rate, "epochs": epochs}
    return pd.DataFrame({**kept, "seed": seeds, **found, **more})
