"""A patient: a small Keras net with its chart, its data, and what one may do with it."""

from functools import cache
from typing import Any

import keras
import numpy as np

from vgcourse.nets.clinic import builders, tasks, values
from vgcourse.nets.clinic.charts import BATCH, KINDS, Chart, Kind, Settings, draw


class Patient:
    """A net that has not been trained yet, as its chart says: its weights, its data, its optimizer.

    Attributes:
        kind: "cnn", "resnet", "lstm", "transformer", "autoencoder" or "vae".
        chart: the settings, a dict.
        changed: settings that a treatment has changed, and their values.
        model: the compiled Keras model.
        X, y, X_test, y_test: its examples, already as the chart says.
        epochs, batch_size: for how long it is trained, in batches of how many examples.
        level: the score on the test examples that counts as learned.
    """

    def __init__(self, kind: Kind, seed: int, settings: Settings, changed: Settings | None = None):
        self.kind, self.seed, self.chart, self.changed = kind.name, seed, dict(settings), dict(changed or {})
        self.epochs, self.batch_size, self.level = kind.epochs, BATCH, kind.level
        self.X, self.y, self.X_test, self.y_test = _examples(kind, seed, settings)
        keras.utils.set_random_seed(seed)
        self.model, loss, optimizer = getattr(builders, kind.name)(settings)
        clip = {"clipnorm": settings["clipnorm"]} if settings.get("clipnorm") else {}
        # XLA compiles such small nets for longer than it runs them.
        self.model.compile(optimizer(settings["rate"], **clip), loss, jit_compile=False)

    def fit(self, callbacks: tuple | list = (), epochs: int | None = None) -> keras.callbacks.History:
        """Keras's ``fit`` on the training examples, in silence; ``callbacks`` as there."""
        options = {"batch_size": self.batch_size, "epochs": epochs or self.epochs, "verbose": 0}
        with np.errstate(all="ignore"):
            return self.model.fit(self.X, self.y, callbacks=list(callbacks), **options)

    def score(self) -> float:
        """Of the test examples: accuracy, or the share of the variance that is explained (autoencoder, vae)."""
        return tasks.score(self.y_test, np.asarray(self.model(self.X_test)))

    def treated(self, **change: Any) -> "Patient":
        """A new patient with the same seed, untrained, in which one setting is another: ``treated(rate=0.01)``.

        Raises TypeError unless exactly one setting is named; ValueError where the chart has no such setting, or the
        setting cannot be that.
        """
        if len(change) != 1:
            raise TypeError(f"treated() changes one setting, and {len(change)} are named: which one was it then?")
        ((setting, value),) = change.items()
        if setting not in self.chart:
            raise ValueError(f"the chart has no setting {setting!r}; it has {', '.join(self.chart)}.")
        if wanted := values.refused(setting, value):
            raise ValueError(f"{setting}: expected {wanted}, got {value!r}.")
        return Patient(KINDS[self.kind], self.seed, {**self.chart, **change}, {**self.changed, **change})

    def __repr__(self) -> str:
        lines = "\n".join(f"  {setting:13} {value}" for setting, value in self.chart.items())
        return f"{self.kind}, {self.model.count_params():,} weights, {self.epochs} epochs\n{lines}"


def patient(kind: str, fault: str | None = None, seed: int = 0) -> Patient:
    """A patient of that kind; ``fault`` is the setting that makes it ill, None for one without a fault.

    Raises ValueError for a kind or a fault that the clinic does not have.
    """
    if kind not in KINDS:
        raise ValueError(f"kind: expected one of {', '.join(KINDS)}, got {kind!r}.")
    faults = {one.setting: one for one in reversed(KINDS[kind].faults)}
    if fault is not None and fault not in faults:
        raise ValueError(f"fault: a {kind} may be ill by {' or '.join(sorted(faults))}, not by {fault!r}.")
    return Patient(KINDS[kind], seed, Chart(KINDS[kind], seed, faults.get(fault)).settings)


def ward(name: str) -> dict[str, Patient]:
    """The six patients that are drawn for a name: kind → `Patient`. The same name, the same patients."""
    return {kind: Patient(chart.kind, chart.seed, chart.settings) for kind, chart in draw(name).items()}


@cache
def _task(name: str, seed: int) -> tasks.Task:
    return getattr(tasks, name)(seed)


def _examples(kind: Kind, seed: int, settings: Settings) -> tasks.Task:
    X, y, X_test, y_test = _task(kind.task, seed)
    times = np.float32(settings.get("pixels", 1))
    same = kind.task == "copies"
    X, X_test = (X, X_test) if times == 1 else (times * X, times * X_test)
    y, y_test = (X, X_test) if same else (y, y_test)
    if settings.get("labels") == "shuffled":
        y = np.random.default_rng(seed).permutation(y)
    return tasks.Task(X, y, X_test, y_test)
