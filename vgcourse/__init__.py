"""Measure the vanishing gradient: in a lesson, and in any Keras 3 model.

Names resolve on first use, so that ``import vgcourse`` and ``vgcourse --help`` load no TensorFlow.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "circles": "data",
    "digits": "data",
    "mnist": "data",
    "mlp": "models",
    "residual_mlp": "models",
    "Recording": "recording",
    "train": "training",
    "WeightCapture": "capture",
    "GradientCapture": "capture",
    "sweep": "sweeping",
    "diagnose": "diagnosis",
    "check": "checks",
    "fallback": "checks",
    "predict": "predictions",
    "reveal": "predictions",
}
_MODULES = ("checks", "explore", "plots", "theory")

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str):
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
