"""`vgcourse reproduce`: every published experiment over many seeds, as a table and figures."""

import os
from collections.abc import Iterable
from pathlib import Path

from vgcourse.errors import CourseError
from vgcourse.nets.data import find_mnist
from vgcourse.nets.data import mnist as read_mnist
from vgcourse.published.experiments import Experiment, experiments, load, select

__all__ = ["run"]

_TRACED = ("T1.sig4", "T1.tanh4", "T1.relu4", "T2.tanh5", "T2.relu5")
_MOST_TRACES = 20
_MOST_T3 = 40  # its nets are trained one at a time
_MOST_UPDATES = 5e8  # of hidden weights, over all runs of a set-up
_LEAST_RUNS = 10


def run(
    out: Path | str,
    seeds: int = 100,
    only: Iterable[str] | None = None,
    progress: bool = True,
    mnist: Path | str | None = None,
) -> Path:
    """Run the published experiments with seeds 0 to `seeds` - 1 and write ``report.md`` and figures into `out`.

    Finished runs are kept in ``out/runs`` and ``out/traces``: an interrupted call goes on where it stopped, and
    more seeds add to those that are there. T3 stops at 40 seeds, recorded courses at 20, wide and deep nets
    between 10 and 100 by their size; T3 on MNIST is run where there is a file of it.

    Args:
        out: folder, made where it is missing.
        seeds: runs per set-up, 1 or more.
        only: ids as in ``"T1.sig4"``, or all of ``"T1"``; None for everything.
        progress: show a bar, and say at the end what was written.
        mnist: an ``mnist.npz`` as Keras stores it; None looks where `vgcourse.mnist` does.

    Returns the path of the report. Raises CourseError for an unknown id, fewer than one seed, an `out` that is no
    folder, or a file that is no MNIST.
    """
    out = Path(out)
    chosen = select(experiments(_mnist_file(mnist)), only)
    _check(out, seeds)
    runs, traces = _run_all(chosen, seeds, out, progress)
    path = _write(out, chosen, runs, traces)
    if progress:
        print(f"wrote {path} and its figures")
    return path


def _mnist_file(given: Path | str | None) -> Path | None:
    if given is None:
        return find_mnist()
    try:
        read_mnist(given)
    except ValueError as error:
        raise CourseError(f"--mnist: {error}") from error
    return Path(given).expanduser()


def _check(out: Path, seeds: int) -> None:
    if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 1:
        raise CourseError(f"The number of seeds must be a whole number of at least 1, not {seeds!r}.")
    if out.exists() and not out.is_dir():
        raise CourseError(f"{out} is a file; name a folder for the report.")
    try:
        out.mkdir(parents=True, exist_ok=True)  # before the runs, which take minutes
    except OSError as error:
        raise CourseError(f"{out} cannot be made: {error.strerror}; name another folder for the report.") from error
    if not os.access(out, os.W_OK):
        raise CourseError(f"{out} cannot be written to; name another folder for the report.")


def _runs_of(experiment: Experiment, seeds: int) -> int:
    """`seeds`, or fewer where a run is long: a net of 20 layers and 32 units costs 500 small ones."""
    if experiment.iterations:
        return min(seeds, _MOST_T3)
    batches = -(-len(load(experiment).X_train) // experiment.batch_size)
    updates = experiment.depth * experiment.width**2 * experiment.epochs * batches
    return min(seeds, max(_LEAST_RUNS, int(_MOST_UPDATES / updates)))


def _run_all(chosen: tuple[Experiment, ...], seeds: int, out: Path, progress: bool) -> tuple[dict, dict]:
    from tqdm.auto import tqdm

    from vgcourse.published.many_seeds import measure, trace

    traced = [e for e in chosen if e.id in _TRACED]
    total = sum(_runs_of(e, seeds) for e in chosen) + len(traced) * min(seeds, _MOST_TRACES)
    runs, traces = {}, {}
    with tqdm(total=total, unit="run", disable=not progress, smoothing=0.1) as bar:
        for experiment in chosen:
            bar.set_description(experiment.id)
            runs[experiment.id] = measure(experiment, range(_runs_of(experiment, seeds)), out, bar.update)
        for experiment in traced:
            bar.set_description(f"{experiment.id}, recorded")
            traces[experiment.id] = trace(experiment, range(min(seeds, _MOST_TRACES)), out, bar.update)
    return runs, traces


def _write(out: Path, chosen: tuple[Experiment, ...], runs: dict, traces: dict) -> Path:
    import matplotlib.pyplot as plt

    from vgcourse.published import figures, report

    pictures = {}
    for name, (figure, alt) in figures.all_figures(chosen, runs, traces).items():
        figure.savefig(out / name, dpi=110)
        plt.close(figure)
        pictures[name] = alt
    path = out / "report.md"
    path.write_text(report.text(chosen, runs, traces, pictures), encoding="utf-8")
    return path
