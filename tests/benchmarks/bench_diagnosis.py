"""What a diagnosis finds, and how long it takes: ``python -m tests.benchmarks.bench_diagnosis``.

A table of families of nets × diseases, compiled and not, in float32 and mixed precision by turns, and of nets ill in
their own way; the healthy ones before and after some steps, five of keras.applications among them. CPU seconds are
medians of one run.
"""

import os
import sys
import time
from collections import Counter

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from tests.net_builders import circles, conv_pool, dense
from tests.net_families import DISEASES, FAMILIES, ONLY_COMPILED, Net, asked, build
from tests.net_ills import ILLS, ill, kind
from tests.net_ills import ONLY_COMPILED as ILL_IF_COMPILED
from tests.net_kinds import KINDS
from vgcourse.measure.diagnosis import diagnose

REPEATS = 7
APPLICATIONS = ("ResNet50", "ResNet152", "MobileNet", "MobileNetV2", "EfficientNetB0")


def cpu(action) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def eager_step(model, X, y) -> None:
    """The least that any measurement needs: forward and back, layer by layer, once."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(X, training=True) - y) ** 2)
    tape.gradient(loss, [v.value for v in model.trainable_variables])


def sick_table(seed: int) -> Counter:
    """One line for each sick net: what was put in, what was found."""
    counts = Counter()
    for turn, (family, disease) in enumerate((f, d) for f in FAMILIES for d in DISEASES):
        compiled, half = bool(turn % 2) or disease in ONLY_COMPILED, turn % 3 == 2
        found = build(family, disease, compiled, half, seed)
        if found is None:
            continue
        _judge(family, disease, *found, compiled, half, counts)
    return counts


def _judge(family: str, disease: str, net: Net, expected, compiled: bool, half: bool, counts: Counter) -> None:
    report = diagnose(net.model, **asked(net, compiled))
    cause, layer = report.cause in expected.causes, not expected.layers or report.layer in expected.layers
    word = "right" if cause and layer else "missed" if report.healthy else "not measured"
    word = "WRONG" if word == "not measured" and report.cause != "not measured" else word
    counts[word] += 1
    modes = ("compiled" if compiled else "loss given") + (", mixed" if half else "")
    print(f"{word:12} {family:22} {disease:42} {modes:18} {report.cause} @ {report.layer}", flush=True)
    if word != "right":
        print("             ", report.verdict, *report.notes, flush=True)


def ills_table(seed: int) -> Counter:
    """The same for nets of other kinds, each ill in its own way: compiled and not, in both precisions."""
    counts = Counter()
    for name in ILLS:
        for compiled, half in ((True, False), (False, True)):
            if compiled or name not in ILL_IF_COMPILED:
                _judge("", name, *ill(name, compiled, half, seed), compiled, half, counts)
    return counts


def healthy_table(seed: int) -> Counter:
    """One line for each healthy net, at the start and after three steps."""
    counts = Counter()
    for family in FAMILIES:
        for half in (False, True):
            net, _ = build(family, None, True, half, seed)
            _ask_twice(family + ", mixed" * half, net, counts)
    for name in KINDS:
        for half in (False, True):
            _ask_twice(name + ", mixed" * half, kind(name, True, half, seed), counts)
    for name in APPLICATIONS:
        _ask_twice(name, from_keras(name, seed), counts)
    return counts


def _ask_twice(name: str, net: Net, counts: Counter) -> None:
    for moment in ("at the start", "after 3 steps"):
        if moment != "at the start":
            net.model.run_eagerly = True
            for _ in range(3):
                net.model.train_on_batch(net.X, net.y)
        report = diagnose(net.model, net.X, net.y)
        counts["calm" if report.healthy else "FALSE ALARM"] += 1
        print(f"{'calm' if report.healthy else 'FALSE ALARM':12} {name:30} {moment}", flush=True)
        if not report.healthy:
            print("             ", report.verdict, flush=True)


def from_keras(name: str, seed: int) -> Net:
    """A net of keras.applications with random weights on random images."""
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    X, y = rng.random((8, 32, 32, 3)).astype("float32"), rng.integers(0, 10, 8)
    model = getattr(keras.applications, name)(weights=None, input_shape=(32, 32, 3), classes=10)
    model.compile(keras.optimizers.Adam(1e-4), "sparse_categorical_crossentropy")
    return Net(model, X, y, None)


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    print("sick:", dict(sick_table(seed)))
    print("ill in their own way:", dict(ills_table(seed)))
    print("healthy:", dict(healthy_table(seed)))
    times()


def times() -> None:
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
