"""What a sweep gives back: a DataFrame of runs that also knows their layers, curves and recordings."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vgcourse.measure.recording import Recording
from vgcourse.measure.recording.schema import run_info
from vgcourse.measure.statistics import first_nonfinite, layer_statistics
from vgcourse.measure.sweeping.stack_run import Layout

_KERNEL_COLUMNS = ("mean", "std")
_GRADIENT_COLUMNS = ("mean", "std", "rms", "mean_abs")
_SIGNALS = ("backprop", "saturated", "dead")


@dataclass
class Group:
    """Finished runs of one layout: settings, one row a run; records, one a run; the number of examples."""

    layout: Layout
    settings: pd.DataFrame
    rows: np.ndarray
    examples: int

    @property
    def record(self) -> dict[tuple[str, str], np.ndarray]:
        """(quantity, layer) → its values, an array with a row a run."""
        return self.layout.split(self.rows)


class Sweep(pd.DataFrame):
    """One row a run: its settings and how it ended. What you select or compute from it is a plain DataFrame.

    Columns: the settings; ``seed``; ``loss`` and ``accuracy`` after the last epoch, ``test_loss`` and
    ``test_accuracy`` where there was a test set, ``initial_loss`` and ``initial_accuracy``;
    ``initial_layer_factor`` and ``layer_factor``, by which the back-propagated gradient changes per layer on
    its way from the last hidden layer to the first, (backprop of hidden_1 / backprop of hidden_d)^(1/(d-1)),
    before and after training, NaN for fewer than two hidden layers; ``nonfinite_at``, the first epoch whose
    loss is not finite, else NaN.

    Its index numbers the runs. `layers` and `curves` name them in their column ``run``.
    """

    _metadata = ("_groups",)

    @classmethod
    def of(cls, groups: list[Group]) -> "Sweep":
        """One sweep of groups of runs that were trained together."""
        runs = pd.concat([_runs(g) for g in groups]).sort_index()
        if runs.filter(like="test_").isna().all(axis=None):
            runs = runs.drop(columns=["test_loss", "test_accuracy"])
        sweep = cls(runs)
        sweep._groups = groups
        return sweep

    @property
    def layers(self) -> pd.DataFrame:
        """One row per run, layer and moment (``"start"``, ``"end"``), settings included.

        ``backprop``, ``saturated`` and ``dead`` as in `Recording`; ``layer_factor``, the layer's backprop
        divided by that of the layer above it; the kernel's mean and standard deviation; the kernel
        gradient's mean, standard deviation, rms and mean absolute value.
        """
        return _in_order(pd.concat([_layers(g) for g in self._groups], ignore_index=True))

    @property
    def curves(self) -> pd.DataFrame:
        """One row per run and epoch (-1 is the initialisation): settings, loss and accuracy."""
        return _in_order(pd.concat([_curves(g) for g in self._groups], ignore_index=True))

    @property
    def recordings(self) -> dict[int, Recording]:
        """Run number -> its `Recording`, for ``sweep(..., keep="recordings")``.

        Raises:
            ValueError: where the sweep kept a summary only.
        """
        if not all(g.layout.full for g in self._groups):
            raise ValueError(
                "this sweep kept a summary only; run it again as vg.sweep(..., keep='recordings'), "
                "or look at .layers and .curves."
            )
        return dict(sorted(pair for g in self._groups for pair in _recordings(g)))


def _runs(group: Group) -> pd.DataFrame:
    record, layout = group.record, group.layout
    loss, accuracy = record["loss", ""], record["accuracy", ""]
    columns = {
        "loss": loss[:, -1],
        "accuracy": accuracy[:, -1],
        "test_loss": record["test", ""][:, 0],
        "test_accuracy": record["test", ""][:, 1],
        "initial_loss": loss[:, 0],
        "initial_accuracy": accuracy[:, 0],
    }
    factors = _mean_factor(record, layout.layers[:-1])
    columns |= {"initial_layer_factor": factors[:, 0], "layer_factor": factors[:, -1]}
    epochs = np.arange(layout.epochs + 1) - 1.0
    columns["nonfinite_at"] = [first_nonfinite(epochs, run) for run in loss]
    frame = pd.DataFrame(columns, index=group.settings.index).astype(float)
    return pd.concat([group.settings, frame], axis=1)


def _mean_factor(record: dict, hidden: tuple[str, ...]) -> np.ndarray:
    """(runs, moments): the geometric mean of the layer factors between the hidden layers."""
    if len(hidden) < 2:
        return np.full((len(record["loss", ""]), 2), np.nan)
    first, last = (record["backprop", name].astype(float) for name in (hidden[0], hidden[-1]))
    return _ratio(first, last) ** (1 / (len(hidden) - 1))


def _ratio(a, b) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(a, float) / np.asarray(b, float)


def _layers(group: Group) -> pd.DataFrame:
    record, layout = group.record, group.layout
    ends = {"start": (0, -1.0), "end": (-1, layout.epochs - 1.0)}
    parts = []
    for moment, (at, epoch) in ends.items():
        for place, layer in enumerate(layout.layers):
            columns = {"moment": moment, "epoch": epoch, "layer": layer, "place": place + 1}
            columns |= _layer_columns({key: values[:, at] for key, values in record.items()}, layout, place)
            parts.append(_with_settings(group, pd.DataFrame(columns, index=group.settings.index)))
    return pd.concat(parts, ignore_index=True)


def _layer_columns(record: dict, layout: Layout, place: int) -> dict[str, np.ndarray]:
    layer = layout.layers[place]
    missing = np.full(len(record["loss", ""]), np.nan)
    columns = {name: record.get((name, layer), missing).astype(float) for name in _SIGNALS}
    above = layout.layers[place + 1 : place + 2]
    columns["layer_factor"] = _ratio(columns["backprop"], record["backprop", above[0]]) if above else missing
    kernel = layer_statistics(record["kernels", layer])
    gradient = layer_statistics(record["kernel_gradients", layer])
    columns |= {f"kernel_{name}": kernel[name] for name in _KERNEL_COLUMNS}
    return columns | {f"kernel_gradient_{name}": gradient[name] for name in _GRADIENT_COLUMNS}


def _curves(group: Group) -> pd.DataFrame:
    moments = group.layout.epochs + 1
    settings = group.settings.loc[group.settings.index.repeat(moments)]
    columns = {"epoch": np.tile(np.arange(moments) - 1.0, len(group.settings))}
    columns |= {name: group.record[name, ""].astype(float).ravel() for name in ("loss", "accuracy")}
    return _with_settings(group, pd.DataFrame(columns, index=settings.index))


def _with_settings(group: Group, frame: pd.DataFrame) -> pd.DataFrame:
    settings = group.settings.loc[frame.index]
    return pd.concat([settings, frame], axis=1).rename_axis("run").reset_index()


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    by = ["run", "epoch", *(["place"] if "place" in frame else [])]
    return frame.sort_values(by, ignore_index=True).drop(columns="place", errors="ignore")


def _recordings(group: Group) -> Iterator[tuple[int, Recording]]:
    fields: dict[str, dict[str, np.ndarray]] = {}
    for (quantity, layer), values in group.record.items():
        fields.setdefault(quantity, {})[layer] = values
    series = {name: fields.pop(name)[""] for name in ("loss", "accuracy", "test")}
    for i, (run, settings) in enumerate(group.settings.iterrows()):
        one = {quantity: {k: v[i] for k, v in by_layer.items()} for quantity, by_layer in fields.items()}
        yield run, _recording(group, settings, series["loss"][i], series["accuracy"][i], one)


def _recording(group: Group, settings: pd.Series, loss, accuracy, fields: dict) -> Recording:
    layout, moments = group.layout, np.arange(group.layout.epochs + 1)
    kind = "binary_crossentropy" if layout.sizes[-1] == 1 else "categorical_crossentropy"
    info = run_info(
        source="sweep",
        every="epoch",
        loss=kind,
        examples=group.examples,
        optimizer=settings["optimizer"].partition("(")[0].lower(),
        nonfinite_at=first_nonfinite(moments - 1.0, loss),
        **{word: settings[word] for word in ("learning_rate", "batch_size", "seed")},
    )
    return Recording(
        layers=layout.layers,
        epochs=moments - 1.0,
        steps=moments * layout.steps,
        loss=loss,
        accuracy=accuracy,
        learning_rate=np.full(len(moments), settings["learning_rate"], float),
        activations=_all_activations(layout),
        info=settings.to_dict() | info,
        **fields,
    )


def _all_activations(layout: Layout) -> dict[str, str]:
    last = "sigmoid" if layout.sizes[-1] == 1 else "softmax"
    return dict.fromkeys(layout.layers, "linear") | {"output": last} | dict(layout.activations)
