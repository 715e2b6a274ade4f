"""Which layer of a Keras model is sick, why, and what to try."""

from vgcourse.diagnosis.examine import Report, diagnose

__all__ = ["Report", "diagnose"]
