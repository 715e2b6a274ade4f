"""Everything that the rules may ask for, in one `Batch`."""

import keras
import numpy as np

from vgcourse.measure import keras_private
from vgcourse.measure.diagnosis import chain as path
from vgcourse.measure.diagnosis.facts import loss as losses
from vgcourse.measure.diagnosis.facts.arrays import as_float64
from vgcourse.measure.diagnosis.facts.features import add_input, inside_of, layers_of
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.facts.measure import computes_in_half, left_as_it_was, twins
from vgcourse.measure.diagnosis.facts.outputs import by_row, outputs_of
from vgcourse.measure.diagnosis.facts.roads import on_every_road
from vgcourse.measure.diagnosis.facts.stepping import what_if
from vgcourse.measure.diagnosis.facts.stepping.distance import far_targets
from vgcourse.measure.diagnosis.facts.stepping.rates import (
    follows_schedule,
    has_ended,
    rate_now,
    steps_to_its_end,
    worth_of_the_rest,
)
from vgcourse.measure.diagnosis.facts.stepping.settings import (
    averages,
    decay,
    held_back,
    leashes,
    prices,
    slowed_down,
)
from vgcourse.measure.diagnosis.facts.stepping.trial import (
    Tried,
    faster_rate,
)
from vgcourse.measure.diagnosis.facts.stepping.updates import NoTwin, Twin
from vgcourse.measure.diagnosis.facts.taps.noise import untold
from vgcourse.measure.diagnosis.linear import linear_runs
from vgcourse.measure.diagnosis.thresholds import (
    FLOAT16_ENDS,
    LARGE_BESIDE_LOSS,
    LARGE_INPUT,
    SHORT,
    STEP_TOO_SMALL,
    UNVARIED,
)
from vgcourse.measure.diagnosis.through_time.facts import through_time
from vgcourse.measure.layers import inner_optimizer, is_plain, walk
from vgcourse.measure.statistics import norm, rms


def gather(model, x, y, run, optimizer, compiled: bool) -> Batch:
    """Everything that the rules may ask for."""
    unknown: list[str] = []
    twin = _next_step(optimizer, run, unknown)
    added = _penalties(model)
    dearest = _dearest(model) if added else ""
    penalties = added if run.used.penalised else 0.0
    with left_as_it_was(model):
        guess = losses.constant_loss(model, run.used, x, y, run.prediction)
    batch = Batch(
        layers_of(run.infos, run.taps, run.calls, run.gradients, on_every_road(model, x, y, run)),
        run.loss,
        examples=len(keras.tree.flatten(x)[0]),
        guess=guess,
        loss_name=(run.used.own or run.used.name.replace("_", " "))
        + " (guessed from y and the output)" * run.used.guessed,
        optimizer=_optimizer_name(optimizer, compiled),
        compiled=compiled,
        scheduled=follows_schedule(inner_optimizer(optimizer)),
        weighs_nothing=run.used.weights is not None and not run.used.weights.any(),
        rate=rate_now(optimizer),
        still=_still(model, x),
        steps_done=keras_private.optimizer_iterations(inner_optimizer(optimizer)) if compiled else 0,
        sent=_sent(run),
        plain=is_plain(model),
        outputs=outputs_of(model, run, y),
        twins=twins(run.infos),
        same_inputs=_all_the_same(x),
        beyond=_beyond(model, x),
        same_targets=y is not None and _all_the_same(y),
        not_measured=unknown,
        varies=any(_varies(p) for p in keras.tree.flatten(run.prediction)),
        attention=run.attention,
        foreign=[tuple(v.shape) for v in run.foreign],
        called_by=_lambda_of(model),
        inside=inside_of(run.inside, run.gradients.inside),
        by_row=by_row(model, run, x, y),
        penalties=penalties,
        left_out=added - penalties,
        dearest=dearest,
        held_down=_held_down(model, dearest) if run.used.penalised else "",
        prices=prices(run.infos) if run.used.penalised else [],
        leashes=leashes(run.infos),
        idle=_idle(run),
        unadapted=_unadapted(model),
        model=type(model).__name__,
        noise=run.noise,
        linear_runs=linear_runs(model, run.infos),
        decay=decay(optimizer) if compiled else 0.0,
        ema=averages(optimizer) if compiled else 0.0,
    )
    _add_bare_normalisations(batch, run)
    switched_on = {layer.name for layer in batch.layers if layer.moving_off and not layer.statistics_off}
    batch.zero_fed = _zero_fed(model, x, batch)
    batch.ended = batch.scheduled and compiled and has_ended(inner_optimizer(optimizer), batch.steps_done)
    batch.untold = [name for name in untold(model, run.noise) if name not in switched_on]
    if twin is not None and compiled and np.isfinite(run.loss) and not batch.rate < 0:
        _add_steps(batch, model, x, y, run, twin, optimizer)
    batch.deaf = what_if.deaf(model, x, y, run, batch)
    batch.free = what_if.free_loss(model, x, y, run, batch)
    batch.settled_loss = what_if.settled_loss(model, x, y, run, batch)
    batch.time = through_time(model, x, y, run)
    batch.large = _large_input(batch, x)
    batch.biased = what_if.large_bias(model, x, y, run, batch)
    batch.large_table = what_if.large_table(model, x, y, run, batch)
    batch.standardised_loss = what_if.standardised_loss(model, x, y, run, batch)
    batch.odd = what_if.odd_input(model, x, y, run, optimizer, batch)
    batch.odd_norms = what_if.odd_norms(model, x, y, run, optimizer, batch)
    batch.unopened = _unopened(run)
    batch.far = far_targets(model, x, y, run, optimizer, batch)
    return batch


def _add_steps(batch: Batch, model, x, y, run, twin: Twin, optimizer) -> None:
    """What the next steps do, and what holds them back, or what is left of the schedule's."""
    batch.bad_state = _bad_state(optimizer, run)
    batch.trial = what_if.trial(model, x, y, run, twin, optimizer, batch)
    # Of the kernels: a bias that starts at 0 moves by much of its size however small the step.
    largest = max((layer.step for layer in batch.layers if np.isfinite(layer.step)), default=0.0)
    if largest < STEP_TOO_SMALL:
        kernels = [info.kernel for info in run.infos if info.kernel is not None]
        batch.held = held_back(optimizer, twin.variables, run.gradients.variables, kernels)
        if batch.held is None and not batch.scheduled:
            tried = Tried(model, x, y, run.used, optimizer, twin.variables)
            batch.faster = faster_rate(tried, run.loss, largest)
    else:
        batch.held = slowed_down(optimizer, largest)
        batch.to_come = worth_of_the_rest(inner_optimizer(optimizer), batch.steps_done)
        if batch.to_come < SHORT:
            _add_end(batch, model, x, y, run, twin, optimizer)


def _add_end(batch: Batch, model, x, y, run, twin: Twin, optimizer) -> None:
    """Where the few steps of a schedule lead that are still to come."""
    count = steps_to_its_end(inner_optimizer(optimizer), batch.steps_done)
    if count is not None and not batch.trial_is_harmful:
        loss = what_if.until_the_end(model, x, y, run, twin, optimizer, count)
        batch.end = None if loss is None else (count, loss)


def _all_the_same(data) -> bool:
    return all((array == array[:1]).all() for array in keras.tree.flatten(data))


def _beyond(model, x) -> float:
    """The largest input, where it is infinite in float16: Keras casts what a model takes in."""
    arrays = [a for a in keras.tree.flatten(x) if a.dtype.kind == "f" and a.size]
    largest = max((float(np.abs(a).max()) for a in arrays), default=0.0)
    return largest if largest > FLOAT16_ENDS and computes_in_half(model) else 0.0


def _named_inputs(model, x) -> list[tuple[str, np.ndarray]]:
    """(a name to call it by, array) of each of several inputs; none of one alone."""
    arrays = keras.tree.flatten(x)
    names = [i.name for i in getattr(model, "inputs", None) or []]
    names = names if len(names) == len(arrays) else [f"number {k + 1}" for k in range(len(arrays))]
    return list(zip(names, arrays, strict=True)) if len(arrays) > 1 else []


def _still(model, x) -> list[str]:
    return [name for name, array in _named_inputs(model, x) if _all_the_same(array)]


def _zero_fed(model, x, batch: Batch) -> dict[str, str]:
    """Layers with a kernel that hear nothing, because all that they take in is an input of zeros."""
    found = {}
    for name, array in _named_inputs(model, x):
        size = None if array.dtype.kind != "f" or array.any() else array.size // len(array)
        alike = (n for n in batch.layers if n.input_rms == 0 and n.input_size == size and n.kernel_gradient == 0)
        layer = next((n for n in alike if n.name not in found), None)
        found |= {} if layer is None else {layer.name: name}
    return found


def _idle(run) -> list[str]:
    """Layers that the model owns, and that its call() leaves out."""
    silent = (info for info in run.infos if info.name not in run.taps.outputs)
    silent = (info for info in silent if all(run.gradients.of(v)[0] is None for v in info.variables))
    return [info.name for info in silent if any(v.trainable for v in info.variables)]


def _unadapted(model) -> list[str]:
    """Normalization layers with a mean of 0 and a variance of 1, as before adapt()."""
    known = [(name, layer) for name, layer, _ in walk(model) if isinstance(layer, keras.layers.Normalization)]
    state = [(name, layer.mean, layer.variance) for name, layer in known if layer.built]
    return [
        name for name, mean, variance in state if not as_float64(mean).any() and (as_float64(variance) == 1).all()
    ]


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
    run.gradients.sizes.update(twin.sizes())
    return twin


def _bad_state(optimizer, run) -> str:
    """The layer of whose weights the optimizer remembers what is not finite, by the names that slots have."""
    inner = inner_optimizer(optimizer)
    bad = [v.path for v in inner.variables if not np.isfinite(as_float64(v)).all()]
    names = {v.path.replace("/", "_"): info.name for info in run.infos for v in info.variables}
    of = [(len(slot), name) for path in bad[:1] for slot, name in names.items() if slot in path.replace("/", "_")]
    return max(of)[1] if of else ""


def _large_input(batch: Batch, x) -> Layer | None:
    """The layer with a kernel that takes in large inputs of the model; None where there is none.

    One array that feeds a kernel first is no table of tokens: bytes of a picture are numbers, too. Of several
    arrays those of whole numbers may be.
    """
    arrays = keras.tree.flatten(x)
    if len(arrays) == 1:
        first = path.fed_by_the_input(batch)
        far = batch.guess is not None and 0 < 100 * batch.guess < batch.data_loss
        return first if first is not None and first.input_rms > (LARGE_BESIDE_LOSS if far else LARGE_INPUT) else None
    if not any(a.dtype.kind == "f" and rms(a) > LARGE_INPUT for a in arrays):
        return None
    known = (layer for layer in batch.layers if layer.weighted and np.isfinite(layer.gain))
    return next((layer for layer in known if layer.input_rms > LARGE_INPUT), None)


def _lambda_of(model) -> str:
    """The first layer that is a function of somebody's, which may use weights that nobody knows of; or the model."""
    return next((n for n, layer, _ in walk(model) if isinstance(layer, keras.layers.Lambda)), model.name)


def _unopened(run) -> list[str]:
    """Layers that run a net of several layers with weights step by step: what passes inside is unknown."""
    loops = [info for info in run.infos if isinstance(info.layer, keras.layers.TimeDistributed)]
    return [info.name for info in loops if len({v.path.rpartition("/")[0] for v in info.variables}) > 1]


def _varies(prediction) -> bool:
    """Do the answers, or the logits behind them, differ over the examples?"""
    logits = keras_private.logits(prediction)
    values = as_float64(prediction if logits is None else logits)
    return not rms(values - values[:1]) <= UNVARIED * rms(values)


def _dearest(model) -> str:
    """The layer, or the model itself, that adds most to the loss, by a regularizer or by add_loss."""
    adds = {name: _own_penalties(layer) for name, layer, _ in walk(model)} | {model.name: _own_penalties(model)}
    return max(adds, key=lambda name: abs(adds[name]), default="")


def _held_down(model, dearest: str) -> str:
    """The layer that adds most, where that is for what it gives (an activity regularizer)."""
    layer = next((layer for name, layer, _ in walk(model) if name == dearest), None)
    return dearest if getattr(layer, "activity_regularizer", None) is not None else ""


def _own_penalties(layer) -> float:
    """What it adds itself, without the layers inside it."""
    return _penalties(layer) - sum(map(_penalties, keras_private.direct_layers(layer)))


def _penalties(model) -> float:
    return float(sum(float(keras.ops.convert_to_numpy(value)) for value in model.losses))


def _sent(run) -> float:
    known = [g for g in run.gradients.predictions if g is not None]
    return float(np.sqrt(sum(norm(g) ** 2 for g in known))) if known else 0.0


def _add_bare_normalisations(batch: Batch, run) -> None:
    """Batch normalisations without scale and shift own no weights to train, and can be wrong all the same."""
    known = {layer.name for layer in batch.layers}
    for name, call in run.calls.items():
        if name not in known:
            layer = Layer(name, type(call.layer).__name__, weighted=False, trainable=call.layer.trainable)
            add_input(layer, call, run.gradients.inputs.get(name))
            layer.units, layer.output = call.outputs[0].shape[-1], rms(as_float64(call.outputs[0]))
            batch.layers.insert(0, layer)


def _optimizer_name(optimizer, compiled: bool) -> str:
    rate = rate_now(optimizer)
    rate = "a learning rate of its own" if np.isnan(rate) else f"learning rate {rate:g}"
    name = f"{type(inner_optimizer(optimizer)).__name__} with {rate}"
    return name if compiled else name + " (the model is not compiled)"
