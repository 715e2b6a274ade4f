"""What is not installed here, said in one sentence with the command that brings it.

The plain package measures; its extras bring TensorFlow, the lessons and the grader (pyproject.toml has the list).
"""

from importlib import import_module
from types import ModuleType

_EXTRAS = {
    "cpu": ("tensorflow",),
    "widgets": ("anywidget", "ipywidgets"),
    "course": ("IPython", "jupyter_client", "jupyterlab", "nbclient", "nbformat", "nbgrader", "psutil", "traitlets"),
    "grading": ("bleach", "bs4", "dateutil", "jupytext", "latex2mathml", "nbconvert"),
    "cluster": ("distributed",),
}


def missing(error: ModuleNotFoundError, extra: str | None = None) -> str | None:
    """The sentence for a module that an extra would bring; None where the package has nothing to do with it.

    Args:
        error: what an import raised.
        extra: the extra that the caller needs as a whole, where that is known.
    """
    name = (error.name or "").partition(".")[0]
    found = next((own for own, modules in _EXTRAS.items() if name in modules), None)
    if found is None:
        return None
    wanted = found if found == "cluster" else extra or found
    own = " With a GPU, install your own `tensorflow` instead." if name == "tensorflow" else ""
    return f"This needs {name}, which is not installed here: pip install 'vgcourse[{wanted}]'.{own}"


def bring(module: str) -> ModuleType:
    """The module. Where an extra would bring what it needs, the ModuleNotFoundError is the sentence that says so."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if sentence := missing(error):
            raise ModuleNotFoundError(sentence, name=error.name) from None
        raise
