"""Measure the vanishing gradient: in a lesson, and in any Keras 3 model.

Names resolve on first use, so that ``import vgcourse`` and ``vgcourse --help`` load no TensorFlow.
"""

from typing import TYPE_CHECKING

from vgcourse.extras import bring
from vgcourse.nets.quiet_load import leave_out_notes

if TYPE_CHECKING:  # what an editor and a type checker see of the names that resolve on first use
    from vgcourse.course import checks as checks
    from vgcourse.course.certificate import certificate as certificate
    from vgcourse.course.checks import check as check
    from vgcourse.course.checks import fallback as fallback
    from vgcourse.course.predictions import predict as predict
    from vgcourse.course.predictions import reveal as reveal
    from vgcourse.course.progress import progress_page as progress_page
    from vgcourse.measure.capture import GradientCapture as GradientCapture
    from vgcourse.measure.capture import WeightCapture as WeightCapture
    from vgcourse.measure.capture import gradient_by_step as gradient_by_step
    from vgcourse.measure.diagnosis import diagnose as diagnose
    from vgcourse.measure.recording import Recording as Recording
    from vgcourse.measure.sweeping import sweep as sweep
    from vgcourse.measure.training import train as train
    from vgcourse.nets import clinic as clinic
    from vgcourse.nets import theory as theory
    from vgcourse.nets.data import circles as circles
    from vgcourse.nets.data import digits as digits
    from vgcourse.nets.data import mnist as mnist
    from vgcourse.nets.data import t1_circles as t1_circles
    from vgcourse.nets.data import t2_circles as t2_circles
    from vgcourse.nets.models import initial_weights as initial_weights
    from vgcourse.nets.models import mlp as mlp
    from vgcourse.nets.models import residual_mlp as residual_mlp
    from vgcourse.published.kept.clinic_runs import clinic_runs as clinic_runs
    from vgcourse.published.kept.memory_runs import memory_runs as memory_runs
    from vgcourse.published.kept.memory_starts import memory_starts as memory_starts
    from vgcourse.published.kept.residual_runs import residual_runs as residual_runs
    from vgcourse.published.kept.tutorial_runs import depth_runs as depth_runs
    from vgcourse.published.kept.tutorial_runs import published_runs as published_runs
    from vgcourse.published.kept.tutorial_runs import published_settings as published_settings
    from vgcourse.published.kept.ways import ways_runs as ways_runs
    from vgcourse.published.kept.ways.marks import five_nets as five_nets
    from vgcourse.published.kept.window_runs import window_runs as window_runs
    from vgcourse.show import plots as plots
    from vgcourse.show.explorers import widgets as explore  # noqa: F401

leave_out_notes()  # before anybody loads TensorFlow

__version__ = "0.2.0"

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
    "gradient_by_step": "measure.capture",
    "sweep": "measure.sweeping",
    "diagnose": "measure.diagnosis",
    "published_runs": "published.kept.tutorial_runs",
    "published_settings": "published.kept.tutorial_runs",
    "depth_runs": "published.kept.tutorial_runs",
    "residual_runs": "published.kept.residual_runs",
    "memory_runs": "published.kept.memory_runs",
    "memory_starts": "published.kept.memory_starts",
    "window_runs": "published.kept.window_runs",
    "ways_runs": "published.kept.ways",
    "five_nets": "published.kept.ways.marks",
    "clinic_runs": "published.kept.clinic_runs",
    "check": "course.checks",
    "fallback": "course.checks",
    "predict": "course.predictions",
    "reveal": "course.predictions",
    "progress_page": "course.progress",
    "certificate": "course.certificate",
}
_MODULES = {
    "checks": "course.checks",
    "clinic": "nets.clinic",
    "explore": "show.explorers.widgets",
    "plots": "show.plots",
    "theory": "nets.theory",
}

__all__ = sorted([*_HOME, *_MODULES])


def names_that_bring_tensorflow() -> list[str]:
    """The names that load TensorFlow and Keras, on first use or when something of theirs is called."""
    bring_it = {"nets.models", "nets.clinic", *(home for home in _HOME.values() if home.startswith("measure."))}
    return [name for name, home in (_HOME | _MODULES).items() if home in bring_it - {"measure.recording"}]


def __getattr__(name: str):
    home = _MODULES.get(name) or _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}")
    module = bring(f"{__name__}.{home}")
    return module if name in _MODULES else getattr(module, name)


def __dir__() -> list[str]:
    return [*(name for name in globals() if name.startswith("__")), *__all__]
