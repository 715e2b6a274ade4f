"""How far targets of another size than the answers are away, counted in steps, where the loss is a distance."""

import keras
import numpy as np

from vgcourse.measure.diagnosis.facts import loss as losses
from vgcourse.measure.diagnosis.facts.arrays import as_float64
from vgcourse.measure.diagnosis.facts.layer import Batch, Output
from vgcourse.measure.diagnosis.facts.stepping.found import FarTargets
from vgcourse.measure.diagnosis.facts.stepping.trial import Tried, answers_with, fresh_trial
from vgcourse.measure.diagnosis.facts.stepping.updates import Twin
from vgcourse.measure.diagnosis.thresholds import HARDLY_BEGUN, LARGE_TARGET, SLOW
from vgcourse.measure.objective import in_order
from vgcourse.measure.statistics import rms


def far_targets(model, x, y, run, optimizer, batch: Batch) -> FarTargets | None:
    """Of the outputs whose targets are far away the one that needs most steps; None where none is.

    Args:
        run: the `ForwardBackward` of the batch.
    """
    far = {k: output for k, output in enumerate(batch.outputs) if _is_far(output)}
    if not far:
        return None
    if batch.trial is None:
        farthest = max(far.values(), key=lambda output: rms(output.targets) if _far_off(output) else 0)
        return FarTargets(farthest.layer, *_sizes(farthest)) if _far_off(farthest) else None
    variables = [v for info in run.infos for v in info.variables if run.gradients.of(v)[0] is not None]
    tried = Tried(model, x, y, run.used, optimizer, variables)
    twin = Twin(optimizer, variables)
    twin.step(run.gradients.variables)
    after = answers_with(tried, twin)
    steps = {k: _steps_there(output, as_float64(after[k])) for k, output in far.items()}
    k = max(steps, key=steps.get)
    if not _far_off(far[k]) and not steps[k] > SLOW:
        return None
    better = _standardised(tried, k, len(batch.outputs)) if steps[k] > SLOW or batch.trial.harmful else None
    return FarTargets(far[k].layer, *_sizes(far[k]), steps[k], better)


def _is_far(output: Output) -> bool:
    if output.targets is None or output.loss not in losses.DISTANCES:
        return False
    return _far_off(output) or _hardly_begun(output)


def _sizes(output: Output) -> tuple[float, float]:
    return rms(output.targets), rms(output.values)


def _far_off(output: Output) -> bool:
    size, answers = _sizes(output)
    return size > LARGE_TARGET * max(answers, 1.0)


def _hardly_begun(output: Output) -> bool:
    """Some steps have been made towards large targets, and nine tenths of the way are left."""
    size = rms(output.targets)
    return size > LARGE_TARGET and rms(output.targets - output.values) > HARDLY_BEGUN * size


def _steps_there(output: Output, after: np.ndarray) -> float:
    """At the pace of the first step, which has led to the answers ``after``; infinite where it leads away."""
    start, left = rms(output.targets - output.values), rms(output.targets - after.reshape(output.values.shape))
    return float(start / (start - left)) if left < start else np.inf


def _standardised(tried: Tried, k: int, count: int):
    """Steps with the targets of output ``k`` standardised; None where they are no arrays of their own."""
    target = in_order(tried.model, tried.y, count)[k]
    if not isinstance(target, np.ndarray):
        return None
    standard = ((target - target.mean(0)) / (target.std(0) + 1e-12)).astype("float32")
    y = keras.tree.map_structure(lambda a: standard if a is target else a, tried.y)
    return fresh_trial(Tried(tried.model, tried.x, y, tried.used, tried.optimizer, tried.variables))
