"""Layers that are at 0, or small, where training starts, and what is so quiet only for their sake."""

import itertools

import numpy as np

from vgcourse.measure.diagnosis.chain import sent
from vgcourse.measure.diagnosis.facts.layer import Batch, Layer
from vgcourse.measure.diagnosis.thresholds import NEXT_TO_0, QUICK, SMALL_HEAD, VANISHED


def without_silenced(chain: list[Layer], batch: Batch) -> list[Layer]:
    """Without layers that hear little because weights after them start at 0, or next to it, and are about to move."""
    if any(layer.kernel_rms == 0 and layer.kernel_gradient > 0 for layer in chain):
        chain = [layer for layer in chain if layer.delta_norm > 0]
    head = next((layer.glorot for layer in chain[-1:] if small_head(layer)), 1.0)
    # Branches move as soon as the head has: they hear the loss through it.
    branches = [layer for layer in chain[:-1] if not batch.plain and about_to_move(layer, head)]
    room = head * min((layer.glorot for layer in branches if _is_added(layer, batch)), default=1.0)
    least = VANISHED * sent(batch)
    return [layer for layer in chain if not layer.delta_norm < least <= layer.delta_norm / room]


def about_to_move(layer: Layer, heard_through: float = 1.0) -> bool:
    """Next to 0, as ends of nets and of branches are made on purpose, and not for long: the next step is larger than
    the weights are."""
    return layer.glorot < NEXT_TO_0 and bool(layer.update_ratio > heard_through)


def small_head(layer: Layer) -> bool:
    """Is an output layer small, and not for long? Its own gradient is as large as if it were not.

    Policies start at a hundredth of the usual size on purpose. How slowly one next to 0 moves hangs on the rate, and
    is the rate's fault.
    """
    quick = layer.glorot < SMALL_HEAD and layer.update_ratio > QUICK
    return layer.trainable and bool(quick or (layer.glorot < NEXT_TO_0 and layer.kernel_gradient > 0))


def starts_flat(layer: Layer) -> bool:
    """Does an output layer pass on next to nothing because all its weights are 0, or all one number, which its first
    step changes? What a softmax's cross-entropy sends to the units sums to 0."""
    alike = np.isinf(layer.offset) and layer.passed < VANISHED and not layer.identical
    return layer.trainable and bool(layer.kernel_rms == 0 or (alike and layer.kernel_gradient > 0))


def _is_added(layer: Layer, batch: Batch) -> bool:
    """Is what it gives next to 0 added to a larger stream, so that the next layer takes in far larger numbers?"""
    later = itertools.islice(itertools.dropwhile(lambda other: other is not layer, batch.layers), 1, None)
    following = next((other for other in later if np.isfinite(other.input_rms)), None)
    return following is not None and following.input_rms > 100 * layer.output
