"""A clinic: small nets of six kinds, each with one fault that practice knows, and one oddity that does no harm."""

from importlib import import_module
from typing import TYPE_CHECKING

from vgcourse.nets.clinic.charts import CAUSES, KINDS, Chart, draw

if TYPE_CHECKING:
    from vgcourse.nets.clinic.patients import Patient, patient, ward

__all__ = ["CAUSES", "KINDS", "Chart", "Patient", "draw", "patient", "ward"]


def __getattr__(name: str):
    """A patient is a Keras model, its chart is not: a grader draws charts without loading TensorFlow."""
    if name in ("Patient", "patient", "ward"):
        return getattr(import_module("vgcourse.nets.clinic.patients"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
