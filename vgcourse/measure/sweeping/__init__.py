"""Hundreds of training runs in one call."""

from vgcourse.measure.sweeping.result import Sweep
from vgcourse.measure.sweeping.sweeper import sweep

__all__ = ["Sweep", "sweep"]
