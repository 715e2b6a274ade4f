"""The report: published figures beside ours, one thing changed at a time, and the claims."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from vgcourse.published.claims import CLAIMS, Runs, verdict
from vgcourse.published.experiments import Experiment, is_depth
from vgcourse.published.kept.report_rows import number, recurrent_table, spread, ways_table

_NAMES = {
    "accuracy": "accuracy",
    "test_accuracy": "test accuracy",
    "loss": "loss",
    "gradient_ratio": "|gradient|, last / first layer",
}


def percentile(values: np.ndarray, draw: float) -> float:
    """Where a draw falls among values (n,): the percentage below it, ties counted half."""
    values = np.asarray(values, float)
    return 100 * (np.mean(values < draw) + np.mean(values == draw) / 2)


def published_table(experiments: Iterable[Experiment], runs: Runs) -> pd.DataFrame:
    """One row per published figure, ours beside it and where it falls among ours; accuracy in any case."""
    rows = []
    for experiment in experiments:
        frame = runs[experiment.id]
        reported = [(figure.quantity, figure.value) for figure in experiment.published]
        wanted = ["accuracy", "gradient_ratio"] if experiment.iterations else ["accuracy"]
        reported += [(quantity, None) for quantity in wanted if quantity not in dict(reported)]
        for quantity, value in reported:
            rows.append(
                {
                    "experiment": experiment.id,
                    "quantity": "test accuracy"
                    if experiment.iterations and quantity == "accuracy"
                    else _NAMES[quantity],
                    "published": "" if value is None else number(value),
                    **spread(frame[quantity]),
                    "percentile": "" if value is None else f"{percentile(frame[quantity], value):.0f}",
                }
            )
    return pd.DataFrame(rows)


def changes_table(changes: Iterable[Experiment], runs: Runs) -> pd.DataFrame:
    """One row per set-up with one thing changed: its accuracy beside that of the set-up it comes from."""
    rows = []
    for experiment in changes:
        base = experiment.id.split("+")[0]
        before = runs[base]["accuracy"] if base in runs else pd.Series(dtype=float)
        rows.append(
            {
                "experiment": base,
                "before": number(before.median()) if len(before) else "",
                "change": experiment.change,
                **spread(runs[experiment.id]["accuracy"]),
                "above .7": f"{100 * np.mean(runs[experiment.id]['accuracy'] > 0.7):.0f} %",
            }
        )
    return pd.DataFrame(rows)


def claims_table(runs: Runs, traces: Runs) -> pd.DataFrame:
    """One row per claim whose experiments were run: in how many seeds it is true, and the verdict."""
    rows = []
    for claim in CLAIMS:
        if set(claim.needs) <= set(runs) and set(claim.traces) <= set(traces):
            true = claim.test(runs, traces)
            rows.append(
                {
                    "source": claim.source,
                    "claim": claim.sentence,
                    "counted as true where": claim.criterion,
                    "true in": f"{int(true.sum())} of {len(true)} seeds",
                    "verdict": verdict(float(true.mean())),
                }
            )
    return pd.DataFrame(rows)


def text(experiments: tuple[Experiment, ...], runs: Runs, traces: Runs, pictures: dict[str, str]) -> str:
    """The whole report as Markdown; `pictures` maps a file name to its alt text."""
    as_published = [e for e in experiments if "+" not in e.id and not is_depth(e)]
    changed = [e for e in experiments if "+" in e.id and not is_depth(e)]
    grid = [e for e in experiments if is_depth(e)]
    parts = ["# The published experiments, over many seeds", _introduction(runs, traces)]
    parts += [f"![{alt}]({name})" for name, alt in pictures.items()]
    parts += _section("Published figures beside ours", published_table(as_published, runs))
    parts += _section("One thing changed at a time (training accuracy)", changes_table(changed, runs))
    parts += _section(
        "Depth: tanh, U(0, 1), T2's data", published_table(grid, runs).drop(columns=_EMPTY, errors="ignore")
    )
    if any(e.id.startswith("T2.") for e in experiments):
        parts += _section("T2 on recurrent nets: what 200 steps leave of an error (kept runs)", recurrent_table())
    if any(e.id.startswith("T3.") for e in experiments):
        parts += _section("T3's five ways out, and two later ones, each on a sick net (kept runs)", ways_table())
    parts += _section("What the tutorials say, and in how many seeds it is true", claims_table(runs, traces))
    return "\n\n".join([*parts, _settings()]) + "\n"


_EMPTY = ["published", "percentile"]


def _section(title: str, table: pd.DataFrame) -> list[str]:
    return [f"## {title}", _markdown(table)] if len(table) else []


def _markdown(table: pd.DataFrame) -> str:
    lines = [list(table.columns), ["---"] * table.shape[1], *table.astype(str).to_numpy().tolist()]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _introduction(runs: Runs, traces: Runs) -> str:
    most = max(len(frame) for frame in runs.values())
    looked = max((frame["seed"].nunique() for frame in traces.values()), default=0)
    return _INTRODUCTION.format(most=most, looked=looked)


_INTRODUCTION = """\
Each published figure is one draw: one start, one order of the examples. Here every set-up was run with up to
{most} seeds (0, 1, 2, ...). The data stay fixed (T1 published no seed for its circles; ours is 0), initial
weights and the order of the batches vary. *percentile* is the share of our runs below the published draw, ties
counted half: near 50 it is a typical draw, at 0 or 100 it never came up. What is read from the course of a run
comes from {looked} recorded seeds: T1's on the first mini-batch of every epoch, as in the original, T2's on all
training data at its end. A claim *holds* when it is true for 90 % of the seeds or more; below that come
*usually* (60 %), *a coin toss* (40 %) and *seldom* (10 %)."""


def _settings() -> str:
    from importlib.metadata import version

    names = ("keras", "numpy")
    found = ", ".join(f"{name} {version(name)}" for name in names)
    import tensorflow as tf

    return f"Made with TensorFlow {tf.__version__}, {found}."
