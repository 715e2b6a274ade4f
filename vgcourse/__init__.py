"""Measure the vanishing gradient: in a lesson, and in any Keras 3 model.

Names resolve on first use, so that ``import vgcourse`` and ``vgcourse --help`` load no TensorFlow.
"""

from importlib import import_module

__version__ = "0.1.0"

# What a lesson and a notebook call as ``vg.name`` → the module that holds it.
_HOME = {
    "circles": "nets.data",
    "digits": "nets.data",
    "mnist": "nets.data",
    "t1_circles": "nets.data",
    "t2_circles": "nets.data",
    "mlp": "nets.models",
    "residual_mlp": "nets.models",
    "initial_weights": "nets.models",
    "Recording": "measure.recording",
    "train": "measure.training",
    "WeightCapture": "measure.capture",
    "GradientCapture": "measure.capture",
    "sweep": "measure.sweeping",
    "diagnose": "measure.diagnosis",
    "published_runs": "published.kept_runs",
    "published_settings": "published.kept_runs",
    "depth_runs": "published.kept_runs",
    "residual_runs": "published.residual_runs",
    "check": "course.checks",
    "fallback": "course.checks",
    "predict": "course.predictions",
    "reveal": "course.predictions",
    "progress_page": "course.progress",
}
_MODULES = {
    "checks": "course.checks",
    "explore": "show.explorers.widgets",
    "plots": "show.plots",
    "theory": "nets.theory",
}

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str):
    if name in _MODULES:
        return import_module(f"{__name__}.{_MODULES[name]}")
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
