"""Every patient that the clinic can draw, trained ill and cured, and other treatments of one of them: a table, kept.

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

__all__ = ["OTHER_TREATMENTS", "clinic_runs", "measure"]

_FILE = Path(__file__).with_name("clinic_runs.csv")
NOTHING, CURED = "nothing", "cured"
# Of one patient, what else one might try: setting and value, or more epochs.
OTHER_TREATMENTS = {
    ("lstm", "forget_bias"): [("epochs", 6), ("rate", 0.1), ("forget_bias", 1.0)],
}


def clinic_runs() -> pd.DataFrame:
    """One row a run: ``kind, fault, value, change, seed, oddity, updates, score``.

    ``change`` is "nothing" for a patient as it was drawn, "cured" for one without its fault (its oddity is left), or
    another treatment, ``setting=value``. ``score`` is that on the test examples, of a net trained for ``updates``.
    """
    return pd.read_csv(_FILE, keep_default_na=False)


def measure(kinds: Iterable[str] = KINDS, seeds: Iterable[int] = range(SEEDS)) -> pd.DataFrame:
    """Train all patients of these kinds and seeds; columns as `clinic_runs`."""
    rows = [row for name in kinds for row in _of_kind(KINDS[name], list(seeds))]
    return pd.DataFrame(rows)


def _of_kind(kind: Kind, seeds: list[int]) -> list[dict[str, Any]]:
    rows = cured = _runs(kind, None, CURED, {}, kind.epochs, seeds)
    for fault in kind.faults:
        rows = rows + _runs(kind, fault, NOTHING, {}, kind.epochs, seeds)
        for setting, value in OTHER_TREATMENTS.get((kind.name, fault.setting), ()):
            name = f"{setting}={value:g}"
            if kind.well.get(setting) == value:  # the same nets once more
                rows = rows + [
                    {**row, "fault": fault.setting, "value": str(fault.value), "change": name} for row in cured
                ]
                continue
            change, epochs = ({}, value) if setting == "epochs" else ({setting: value}, kind.epochs)
            rows = rows + _runs(kind, fault, name, change, epochs, seeds)
    return rows


def _runs(kind: Kind, fault: Change | None, name: str, change: dict, epochs: int, seeds: list[int]) -> list[dict]:
    """One row a seed. Odd and even seeds have two oddities, hence two charts and two compiled models."""
    rows = []
    for parity in (0, 1):
        rows += _one_chart(kind, fault, name, change, epochs, [seed for seed in seeds if seed % 2 == parity])
    return sorted(rows, key=lambda row: row["seed"])


def _one_chart(
    kind: Kind, fault: Change | None, name: str, change: dict, epochs: int, seeds: list[int]
) -> list[dict]:
    from vgcourse.nets.clinic.patients import Patient

    rows, first = [], None
    for seed in seeds:
        patient = Patient(kind, seed, {**Chart(kind, seed, fault).settings, **change})
        first = first or _Turns(patient.model)
        first.takes(patient)
        patient.fit(epochs=epochs)
        rows.append(
            {
                "kind": kind.name,
                "fault": fault.setting if fault else "none",
                "value": str(fault.value) if fault else "none",
                "change": name,
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
