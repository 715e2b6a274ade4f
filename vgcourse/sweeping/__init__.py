"""Hundreds of training runs in one call."""

from vgcourse.sweeping.result import Sweep
from vgcourse.sweeping.sweeper import sweep

__all__ = ["Sweep", "sweep"]
