"""Which layer of a Keras model is sick, why, and what to try."""

from vgcourse.measure.diagnosis.examine import Report, diagnose

__all__ = ["Report", "diagnose"]
