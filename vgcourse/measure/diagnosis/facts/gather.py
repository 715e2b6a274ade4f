"""Everything that the rules may ask for, in one `Batch`."""

import keras
import numpy as np

from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts import loss as losses
from vgcourse.measure.diagnosis.facts.arrays import as_float64, norm, rms
from vgcourse.measure.diagnosis.facts.features import add_input, layers_of
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer, Trial
from vgcourse.measure.diagnosis.facts.measure import twins
from vgcourse.measure.diagnosis.facts.outputs import outputs_of
from vgcourse.measure.diagnosis.facts.structure import is_plain
from vgcourse.measure.diagnosis.facts.trial import follows_schedule, loss_with, try_steps
from vgcourse.measure.diagnosis.facts.updates import NoTwin, Twin
from vgcourse.measure.diagnosis.thresholds import LARGE_INPUT
from vgcourse.measure.diagnosis.through_time.facts import through_time
from vgcourse.measure.layers import inner_optimizer


def gather(model, x, y, run, optimizer, compiled: bool) -> Batch:
    """Everything that the rules may ask for."""
    unknown: list[str] = []
    twin = _next_step(optimizer, run, unknown)
    batch = Batch(
        layers_of(run.infos, run.taps, run.calls, run.gradients),
        run.loss,
        examples=len(keras.tree.flatten(x)[0]),
        guess=losses.constant_loss(run.used.name, y),
        loss_name=run.used.name.replace("_", " ") + " (guessed from y and the output)" * run.used.guessed,
        optimizer=_optimizer_name(optimizer, compiled),
        compiled=compiled,
        scheduled=follows_schedule(inner_optimizer(optimizer)),
        sent=_sent(run),
        plain=is_plain(model),
        outputs=outputs_of(model, run, y),
        twins=twins(run.infos),
        same_inputs=_all_the_same(x),
        same_targets=y is not None and _all_the_same(y),
        not_measured=unknown,
    )
    _add_bare_normalisations(batch, run)
    if twin is not None and compiled and np.isfinite(run.loss):
        batch.trial = _trial(model, x, y, run, twin, optimizer, batch)
    batch.time = through_time(model, x, y, run)
    batch.standardised_loss = _standardised(model, x, y, run, batch)
    return batch


def _all_the_same(data) -> bool:
    return all((array == array[:1]).all() for array in keras.tree.flatten(data))


def _next_step(optimizer, run, unknown: list[str]) -> Twin | None:
    """Take the optimizer's next step on copies, and note the ratios with the gradients."""
    variables = [v for info in run.infos for v in info.variables if run.gradients.of(v)[0] is not None]
    try:
        twin = Twin(optimizer, variables)
        twin.step(run.gradients.variables)
    except NoTwin as why:
        unknown.append(f"Not measured: update/data, because {why}.")
        return None
    run.gradients.steps.update(twin.ratios())
    return twin


def _trial(model, x, y, run, twin, optimizer, batch) -> Trial | None:
    dead = {layer.name: int(layer.dead.sum()) for layer in batch.layers if layer.dead is not None}
    try:
        return try_steps(model, x, y, run.used, twin, optimizer, run.loss, dead, run.gradients.variables)
    except Exception as error:  # a model of one's own class may do in a copy what it likes
        batch.not_measured.append(f"Not measured: a step on a copy, because the model raised {type(error).__name__}.")
        return None


def _standardised(model, x, y, run, batch) -> float | None:
    """The loss with standardised inputs, where the inputs are large and the loss is far above a guess."""
    first = path.fed_by_the_input(batch)
    arrays = keras.tree.flatten(x)
    # One array that feeds a kernel is no table of tokens: bytes of a picture are numbers, too.
    large = first is not None and first.input_rms > LARGE_INPUT and len(arrays) == 1
    if not large or batch.guess is None:
        return None
    return loss_with(model, keras.tree.map_structure(_standard, x), y, run.used)


def _standard(x: np.ndarray) -> np.ndarray:
    axes = tuple(range(x.ndim - 1)) if x.ndim > 2 else (0,)
    x = x.astype("float32")
    return (x - x.mean(axes)) / (x.std(axes) + 1e-6)


def _sent(run) -> float:
    known = [g for g in run.gradients.predictions if g is not None]
    return float(np.sqrt(sum(norm([g]) ** 2 for g in known))) if known else 0.0


def _add_bare_normalisations(batch: Batch, run) -> None:
    """Batch normalisations without scale and shift own no weights to train, and can be wrong all the same."""
    known = {layer.name for layer in batch.layers}
    for name, call in run.calls.items():
        if name not in known:
            layer = Layer(name, type(call.layer).__name__, weighted=False, trainable=call.layer.trainable)
            add_input(layer, call, run.gradients.inputs.get(name))
            layer.units, layer.output = call.outputs[0].shape[-1], rms([as_float64(call.outputs[0])])
            batch.layers.insert(0, layer)


def _optimizer_name(optimizer, compiled: bool) -> str:
    try:
        rate = f"learning rate {float(keras.ops.convert_to_numpy(optimizer.learning_rate)):g}"
    except Exception:  # a schedule of one's own may want what it gets in training only
        rate = "a learning rate of its own"
    name = f"{type(inner_optimizer(optimizer)).__name__} with {rate}"
    return name if compiled else name + " (the model is not compiled)"
