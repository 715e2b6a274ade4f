"""Alternative text for a figure of one's own."""

import sys

from matplotlib.figure import Figure

from vgcourse.show.plots._figure import darken_words, picture


class Told:
    """A matplotlib figure and what it shows in words; a notebook shows the one with the other."""

    def __init__(self, figure: Figure, alt_text: str):
        self.figure, self.alt_text = figure, alt_text

    def __repr__(self) -> str:
        return self.alt_text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return picture(self.figure, self.alt_text)


def tell(figure: Figure, alt_text: str) -> Told:
    """Show a figure of your own, made with pyplot or without, with alternative text: a cell's last expression.

    ``alt_text`` says what one sees in it, for those who do not; spaces and line breaks in it count once.

    Raises:
        TypeError: where ``figure`` is no matplotlib figure.
        ValueError: where ``alt_text`` is empty.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure: expected a matplotlib Figure, got {type(figure).__name__}.")
    words = " ".join(str(alt_text).split())
    if not words:
        raise ValueError("alt_text: say in a sentence what the figure shows.")
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)  # else the notebook would show it once more, without words
    darken_words(figure)
    return Told(figure, words)
