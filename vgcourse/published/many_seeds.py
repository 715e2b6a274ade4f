"""Run an experiment over many seeds; what is finished is kept on disk, and a second call goes on from there."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from vgcourse.nets.data import Split
from vgcourse.published.experiments import Experiment, load

_CHUNK = 100  # runs; a sweep's stack, and what an interruption can lose
_T3_EVERY = 200


def measure(experiment: Experiment, seeds: Iterable[int], cache: Path, tick: Callable = int) -> pd.DataFrame:
    """One row per seed: seed, loss, accuracy, test_accuracy, all after the last step.

    Loss and accuracy are those of the training data, for T3 of the test data. T3 has instead of test_accuracy:
    gradient_<layer>, the mean |kernel gradient| over every 200th mini-batch; gradient_ratio, of the last layer's
    to the first's; ratio_at_start; negative_share, how many kernel means are below 0. `cache` is the folder of
    finished runs; `tick(n)` is called when n more are there.
    """
    run = _t3_runs if experiment.iterations else _sweep_runs
    return _kept(_file(cache, "runs", experiment), list(seeds), lambda missing: run(experiment, missing), tick)


def trace(experiment: Experiment, seeds: Iterable[int], cache: Path, tick: Callable = int) -> pd.DataFrame:
    """What the tutorials look at, over time: columns seed, epoch, loss, layer, quantity, mean, std, mean_abs, ...

    Quantities are kernel, kernel_gradient and backprop, rows as in `Recording.frame`; epoch -1 is the start. As
    in the tutorials, T1 measures on the first mini-batch of an epoch, T2 on all training data at its end.
    """
    file = _file(cache, "traces", experiment)
    return _kept(file, list(seeds), lambda missing: _recorded(experiment, missing), tick, chunk=4)


def _kept(file: Path, seeds: list[int], run: Callable, tick: Callable, chunk: int = _CHUNK) -> pd.DataFrame:
    """The rows of those seeds, from the file where it has them; the rest is run and written, chunk by chunk."""
    done = pd.read_csv(file) if file.exists() else pd.DataFrame({"seed": []})
    missing = [seed for seed in seeds if seed not in set(done["seed"])]
    tick(len(seeds) - len(missing))
    for start in range(0, len(missing), chunk):
        part = missing[start : start + chunk]
        new = run(part)
        done = pd.concat([done, new] if len(done) else [new], ignore_index=True)
        _write(done, file)
        tick(new["seed"].nunique())
        if new["seed"].nunique() < len(part):  # an interrupted sweep returns what it has
            raise KeyboardInterrupt
    return done[done["seed"].isin(seeds)].sort_values("seed", kind="stable", ignore_index=True)


def _write(frame: pd.DataFrame, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"draft-{file.name}")
    frame.to_csv(draft, index=False)
    draft.replace(file)  # an interruption leaves the old file or the new one, never half of one


def _file(cache: Path, kind: str, experiment: Experiment) -> Path:
    """A name with a digest of the settings: another set-up under the same id starts anew."""
    settings = {key: value for key, value in asdict(experiment).items() if key not in ("published", "change", "file")}
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]
    name = "".join(c if c.isalnum() or c in ".+-" else "-" for c in experiment.id)
    return cache / kind / f"{name}-{digest}.csv.gz"


def _sweep_runs(experiment: Experiment, seeds: list[int]) -> pd.DataFrame:
    from vgcourse.measure.sweeping import sweep

    split = load(experiment)
    frame = sweep(
        depth=experiment.depth,
        width=experiment.width,
        activation=experiment.activation,
        initializer=_initializer(experiment),
        output_initializer=experiment.output_initializer,
        optimizer=_optimizer(experiment),
        seeds=seeds,
        data=(split.X_train, split.y_train),
        test=(split.X_test, split.y_test),
        epochs=experiment.epochs,
        batch_size=experiment.batch_size,
        progress=False,
    )
    return frame[["seed", "loss", "accuracy", "test_accuracy"]]


def _recorded(experiment: Experiment, seeds: list[int]) -> pd.DataFrame:
    split = load(experiment)
    return pd.concat([_course(experiment, split, seed) for seed in seeds], ignore_index=True)


def _course(experiment: Experiment, split: Split, seed: int) -> pd.DataFrame:
    from vgcourse.measure.training import train
    from vgcourse.nets.models import mlp

    recording = train(
        mlp(**_architecture(experiment), seed=seed, inputs=split.X_train.shape[1]),
        split.X_train,
        split.y_train,
        epochs=experiment.epochs,
        batch_size=experiment.batch_size,
        optimizer=_optimizer(experiment),
        seed=seed,
        every="step" if experiment.data == "t1" else "epoch",
        progress=False,
    )
    frame, losses = recording.frame(), dict(zip(recording.epochs, recording.loss, strict=True))
    wanted = frame["quantity"].isin(["kernel", "kernel_gradient", "backprop"]) & (frame["epoch"] % 1 == 0)
    return frame[wanted].assign(seed=seed, loss=frame["epoch"].map(losses))


def _t3_runs(experiment: Experiment, seeds: list[int]) -> pd.DataFrame:
    split = load(experiment)
    return pd.DataFrame([_t3_run(experiment, split, seed) for seed in seeds])


def _t3_run(experiment: Experiment, split: Split, seed: int) -> dict:
    """T3's protocol: so many iterations, gradients of every 200th mini-batch."""
    from vgcourse.measure.training import train
    from vgcourse.nets.models import mlp

    model = mlp(**_architecture(experiment), seed=seed, inputs=split.X_train.shape[1], outputs=10)
    rows = _passes(len(split.X_train), experiment.iterations * experiment.batch_size, seed)
    recording = train(
        model,
        split.X_train[rows],
        split.y_train[rows],
        epochs=1,
        batch_size=experiment.batch_size,
        optimizer=_optimizer(experiment),
        seed=seed,
        every="step",
        shuffle=False,
        progress=False,
    )
    sampled = slice(0, None, _T3_EVERY)
    sizes = {k: np.abs(g[sampled]).mean(axis=(1, 2)) for k, g in recording.kernel_gradients.items()}
    gradients = {f"gradient_{name}": float(size.mean()) for name, size in sizes.items()}
    below = [recording.kernels[name][sampled].mean(axis=(1, 2)) < 0 for name in recording.layers]
    probabilities = np.asarray(model(split.X_test))
    labels = split.y_test
    return {
        "seed": seed,
        "loss": float(-np.log(probabilities[np.arange(len(labels)), labels] + 1e-12).mean()),
        "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
        "gradient_ratio": gradients["gradient_output"] / gradients["gradient_hidden_1"],
        "ratio_at_start": float(sizes["output"][0] / sizes["hidden_1"][0]),
        "negative_share": float(np.mean(below)),
        **gradients,
    }


def _passes(n: int, total: int, seed: int) -> np.ndarray:
    """`total` row numbers: pass after pass over n rows, each in an order of its own."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(n) for _ in range(-(-total // n))])[:total]


def _architecture(experiment: Experiment) -> dict:
    names = ("depth", "width", "activation", "initializer", "output_initializer")
    return {name: getattr(experiment, name) for name in names} | {"initializer": _initializer(experiment)}


def _initializer(experiment: Experiment):
    import keras

    given = experiment.initializer  # mlp knows names that Keras does not
    return given if isinstance(given, str) else keras.initializers.get(given)


def _optimizer(experiment: Experiment):
    import keras

    config = {"learning_rate": experiment.learning_rate, "momentum": experiment.momentum}
    optimizer = keras.optimizers.get(experiment.optimizer)
    return type(optimizer).from_config(optimizer.get_config() | {k: v for k, v in config.items() if v})
