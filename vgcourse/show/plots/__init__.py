"""Figures of weights, gradients and seeds. Each function returns a matplotlib Figure with alternative text.

Nothing here touches pyplot: a figure shows itself as the last expression of a notebook's cell, and
``figure.savefig("name.png")`` writes it anywhere else. `describe` gives its words; `tell` gives words to a figure
of your own.
"""

from vgcourse.show.plots._figure import CourseFigure
from vgcourse.show.plots.alt_text import Told, tell
from vgcourse.show.plots.boundary import decision_boundary
from vgcourse.show.plots.by_depth import depth_profile, heat_map
from vgcourse.show.plots.by_step import gradient_by_step
from vgcourse.show.plots.histograms import gradient_histograms
from vgcourse.show.plots.over_epochs import gradients, saturation, update_ratio, weights
from vgcourse.show.plots.seeds import band, draws
from vgcourse.show.plots.two_runs import compare

__all__ = [
    "band",
    "compare",
    "decision_boundary",
    "depth_profile",
    "describe",
    "draws",
    "gradient_by_step",
    "gradient_histograms",
    "gradients",
    "heat_map",
    "saturation",
    "tell",
    "update_ratio",
    "weights",
]


def describe(figure: CourseFigure | Told) -> str:
    """The alternative text of a figure of this package: what it shows, with its main numbers."""
    return figure.alt_text
