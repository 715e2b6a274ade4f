"""Weights and gradients of every layer under ``model.fit``, in a Recording and in TensorBoard."""

from vgcourse.measure.capture.callbacks import GradientCapture, WeightCapture

__all__ = ["GradientCapture", "WeightCapture"]
