"""Weights and gradients of every layer under ``model.fit``, and gradients by time step."""

from vgcourse.measure.capture.by_step import StepGradients, StepProfile, gradient_by_step
from vgcourse.measure.capture.callbacks import GradientCapture, WeightCapture

__all__ = ["GradientCapture", "StepGradients", "StepProfile", "WeightCapture", "gradient_by_step"]
