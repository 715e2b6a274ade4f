"""The published experiments, repeated: one row a run, measured once and kept beside this file.

A hundred runs of every set-up take a computer half an hour, a lesson has twenty seconds. The runs are therefore
kept as ``tutorial_runs.csv``; their settings are not, they are those of `vgcourse.published.experiments`. ``python
-m vgcourse.published.kept.tutorial_runs [FOLDER]`` measures all of them anew, keeps what is finished in FOLDER,
and writes the file.
"""

from pathlib import Path

import pandas as pd

from vgcourse.published.experiments import Experiment, experiments

__all__ = ["depth_runs", "measure", "published_runs", "published_settings"]

_FILE = Path(__file__).with_name("tutorial_runs.csv")
_SETTINGS = (
    *("data", "depth", "width", "activation", "initializer", "output_initializer"),
    *("optimizer", "learning_rate", "momentum", "epochs"),
)
_GRID = "depths."
_GRID_SEEDS = 40


def published_runs() -> pd.DataFrame:
    """T1's and T2's set-ups and one-change variants, 100 seeds each (10 to 50 of the wide and deep nets).

    Columns: ``id``, the settings (see `published_settings`), ``seed``, and after the last epoch ``accuracy`` on the
    training data and ``test_accuracy``.
    """
    return _runs(_published())


def depth_runs() -> pd.DataFrame:
    """T1's data, depths 1 to 10, sigmoid, tanh and relu, 40 seeds each; columns as `published_runs`.

    All else is alike: width 5, Glorot uniform weights, Adam with learning rate 0.01, 100 epochs.
    """
    return _runs(_grid())


def published_settings(ids: list[str] | None = None) -> pd.DataFrame:
    """What was set in each experiment: one row an id, NaN where a learning rate is left at its default.

    Raises KeyError for an unknown id.
    """
    rows = {e.id: {name: getattr(e, name) for name in _SETTINGS} for e in (*_published(), *_grid())}
    for row in rows.values():
        row["initializer"] = _named(row["initializer"])
        row["output_initializer"] = row["output_initializer"] or row["initializer"]
    frame = pd.DataFrame.from_dict(rows, orient="index").astype({"learning_rate": float})
    return frame if ids is None else frame.loc[ids]


def measure(folder: Path | str) -> pd.DataFrame:
    """Measure every run anew, or read it from `folder` where a former call left it."""
    from vgcourse.published.many_seeds import measure as run

    parts = []
    for experiment in (*_published(), *_grid()):
        runs = run(experiment, range(_seeds_of(experiment)), Path(folder))
        parts.append(runs[["seed", "accuracy", "test_accuracy"]].assign(id=experiment.id))
    return pd.concat(parts, ignore_index=True)[["id", "seed", "accuracy", "test_accuracy"]]


def _published() -> tuple[Experiment, ...]:
    known = {e.id: e for e in experiments() if e.data != "digits"}
    tanh5, relu5, sig4 = known["T2.tanh5"], known["T2.relu5"], known["T1.sig4"]
    ours = (
        tanh5.but("hidden", "He weights, hidden layers", initializer="he_uniform", output_initializer="uniform"),
        tanh5.but("output", "Glorot weights in the output layer", output_initializer="glorot_uniform"),
        relu5.but("uniform", "U(0, 1) weights, as tanh5", initializer="uniform", output_initializer=None),
        *(sig4.but(f"normal{sd}", f"N(0, {sd}²) weights", initializer=_normal(sd)) for sd in (3, 7)),
    )
    return (*known.values(), *ours)


def _normal(sd: float) -> dict:
    """A normal initializer as Keras writes it down."""
    return {"class_name": "RandomNormal", "config": {"mean": 0.0, "stddev": sd}}


def _named(initializer: str | dict) -> str:
    return initializer if isinstance(initializer, str) else f"N(0, {initializer['config']['stddev']}²)"


def _grid() -> tuple[Experiment, ...]:
    common = {"optimizer": "adam", "learning_rate": 0.01}
    return tuple(
        Experiment(f"{_GRID}{activation}{depth}", depth, activation, **common)
        for depth in range(1, 11)
        for activation in ("sigmoid", "tanh", "relu")
    )


def _seeds_of(experiment: Experiment) -> int:
    from vgcourse.published.reproduce import _runs_of

    return _GRID_SEEDS if experiment.id.startswith(_GRID) else _runs_of(experiment, 100)


def _runs(chosen: tuple[Experiment, ...]) -> pd.DataFrame:
    runs = pd.read_csv(_FILE)
    table = published_settings([e.id for e in chosen]).rename_axis("id").reset_index()
    return table.merge(runs, on="id", validate="one_to_many")


if __name__ == "__main__":
    import sys

    measure(*(sys.argv[1:2] or ["tutorial_runs"])).round(4).to_csv(_FILE, index=False, lineterminator="\n")
