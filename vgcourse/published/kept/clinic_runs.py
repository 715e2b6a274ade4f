"""Every patient that the clinic can draw, trained ill and cured: a table, measured once and kept.

The nets are those of `vgcourse.nets.clinic`, trained as `Patient.fit` does. Nets whose charts are equal but for the
seed take turns in one compiled model: its weights, its optimizer's state and its data are put back to those of the
next patient. ``python -m vgcourse.published.kept.clinic_runs [KIND ...]`` measures the kinds anew (all, if none is
named), in some ten minutes of a processor's time, and writes ``clinic_runs.csv`` beside this file.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from vgcourse.nets.clinic.charts import KINDS, SEEDS, Change, Chart, Kind

__all__ = ["TRIED", "clinic_runs", "measure"]

_FILE = Path(__file__).with_name("clinic_runs.csv")
NOTHING, CURED = "nothing", "cured"
# What people try on an LSTM that forgets, instead of its cure: other settings, or more epochs.
TRIED_ON = ("lstm", "forget_bias")
TRIED: dict[str, dict[str, Any]] = {
    "epochs=9": {"epochs": 9},
    "rate=0.1": {"rate": 0.1},
}


def clinic_runs() -> pd.DataFrame:
    """One row a run: ``kind, fault, value, change, seed, oddity, updates, score``.

    ``change`` is "nothing" for a patient as it was drawn, "cured" for one without its fault (its oddity is left), and
    for the LSTMs that forget what else one may try (`TRIED`), the fault still there.
    ``score`` is that on the test examples, of a net trained for ``updates``.
    """
    return pd.read_csv(_FILE, keep_default_na=False)


def measure(kinds: Iterable[str] = KINDS, seeds: Iterable[int] = range(SEEDS)) -> pd.DataFrame:
    """Train all patients of these kinds and seeds; columns as `clinic_runs`."""
    rows = [row for name in kinds for row in _of_kind(KINDS[name], list(seeds))]
    return pd.DataFrame(rows)


def _of_kind(kind: Kind, seeds: list[int]) -> list[dict[str, Any]]:
    rows = _runs(kind, None, seeds, CURED)
    for fault in kind.faults:
        rows += _runs(kind, fault, seeds, NOTHING)
        for change in TRIED if (kind.name, fault.setting) == TRIED_ON else ():
            rows += _runs(kind, fault, seeds, change)
    return rows


def _runs(kind: Kind, fault: Change | None, seeds: list[int], change: str) -> list[dict[str, Any]]:
    """One row a seed. Odd and even seeds have two oddities, hence two charts and two compiled models."""
    rows = [
        row for parity in (0, 1) for row in _one_chart(kind, fault, [s for s in seeds if s % 2 == parity], change)
    ]
    return sorted(rows, key=lambda row: row["seed"])


def _one_chart(kind: Kind, fault: Change | None, seeds: list[int], change: str) -> list[dict[str, Any]]:
    from vgcourse.nets.clinic.patients import Patient

    rows, first = [], None
    for seed in seeds:
        new = dict(TRIED.get(change, {}))
        epochs = new.pop("epochs", kind.epochs)
        patient = Patient(kind, seed, {**Chart(kind, seed, fault).settings, **new})
        first = first or _Turns(patient.model)
        first.takes(patient)
        patient.fit(epochs=epochs)
        rows.append(
            {
                "kind": kind.name,
                "fault": fault.setting if fault else "none",
                "value": str(fault.value) if fault else "none",
                "change": change,
                "seed": seed,
                "oddity": kind.oddity(seed).setting,
                "updates": int(patient.model.optimizer.iterations),
                "score": round(patient.score(), 4),
            }
        )
    return rows


class _Turns:
    """One compiled model that patients of equal charts take turns in."""

    def __init__(self, model: Any):
        self.model = model
        model.optimizer.build(model.trainable_variables)
        self.state = [variable.numpy() for variable in model.optimizer.variables]

    def takes(self, patient: Any) -> None:
        self.model.set_weights(patient.model.get_weights())
        for variable, value in zip(self.model.optimizer.variables, self.state, strict=True):
            variable.assign(value)
        patient.model = self.model


if __name__ == "__main__":
    asked = sys.argv[1:] or list(KINDS)
    kept = clinic_runs() if _FILE.is_file() else pd.DataFrame({"kind": []})
    for name in asked:
        kept = pd.concat([kept[kept.kind != name], measure([name])], ignore_index=True)
        kept.to_csv(_FILE, index=False, lineterminator="\n")
