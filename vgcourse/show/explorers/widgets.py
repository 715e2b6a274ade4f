"""Explorers for notebooks: drag, press Train, and see what every layer receives.

Each function returns a widget whose whole setting is in ``explorer.state``; ``explorer.code`` is Python that
opens the same one again. The drawing and the training of the small nets happen in the browser (``explorer/``),
so that a slider needs no kernel; the same modules make the static page (`vgcourse.show.explorers.bundle`).

A setting that cannot be shown, such as 400 layers or a learning rate of nan, is explained in the explorer
itself, which then shows the nearest one that can. ``python -m vgcourse.show.explorers.widgets``, in the
repository, takes the pictures anew that stand in where widgets cannot show.
"""

import json
import shutil
from base64 import b64encode
from inspect import getdoc, signature
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import anywidget
import traitlets

from vgcourse.measure.recording import Recording
from vgcourse.show.explorers.bundle import style_sheet, widget_module
from vgcourse.show.explorers.packed_recording import pack_recording
from vgcourse.show.explorers.stills import draw, states_in, still

__all__ = ["Explorer", "depth_profile", "network", "player", "skip", "thermometers", "variance_walk"]

# Each kind of explorer is a function below, with the controls that its object in `web/` has. The first line of its
# docstring stands in notebooks where no picture can.
KINDS = tuple(name for name in __all__ if name != "Explorer")


class Explorer(anywidget.AnyWidget):
    """An explorer in a notebook.

    Attributes:
        state: the setting as one short string, ``"thermometers?depth=8&..."``. It follows the sliders;
            assigning to it moves them. The static page takes the same string after ``#``.
        code: Python that opens this explorer with this setting.
    """

    _ipython_display_ = None  # ipywidgets 7 would show the widget alone, without picture and text
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    state = traitlets.Unicode("thermometers").tag(sync=True)
    recording = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)

    def __init__(self, kind: str, settings: dict, recording: dict | None = None):
        texts = {"_esm": widget_module(), "_css": style_sheet()}
        super().__init__(state=_state(kind, settings), recording=recording, **texts)

    @property
    def code(self) -> str:
        """Python that opens this explorer with this setting."""
        kind, _, query = self.state.partition("?")
        arguments = [f"{key}={_literal(value)}" for key, value in parse_qsl(query, keep_blank_values=True)]
        return f"vg.explore.{kind}({', '.join(['recording'] * (kind == 'player') + arguments)})"

    def _repr_mimebundle_(self, **kwargs):
        """The widget, and where widgets cannot show (GitHub, PDF) a still picture and a line of text."""
        data, metadata = super()._repr_mimebundle_(**kwargs)
        kind = self.state.partition("?")[0]
        data["text/plain"] = f"{_first_line(kind)} Open the notebook in JupyterLab to use it."
        picture, exact = still(self.state)
        if picture is not None:
            data["image/png"] = b64encode(picture).decode("ascii")
            if self.recording is not None:
                data["text/plain"] += " (The picture shows an example.)"
            elif not exact and self.state != _as_it_opens(kind):
                data["text/plain"] += " (The picture shows another setting.)"
        return data, metadata


def thermometers(
    depth: int = 8,
    width: int = 16,
    initializer: str = "matched",
    learning_rate: float = 0.3,
    data: str = "circles",
    gradient: str = "backprop",
    seed: int = 1,
) -> Explorer:
    """Thermometers: sigmoid, tanh and relu train side by side, with the gradient of every layer.

    Args:
        depth: hidden layers, 1 to 10.
        width: units in each, 1 to 64.
        initializer: ``"matched"`` (He for relu, Glorot for the others), or a name as `vgcourse.mlp` takes it:
            ``"glorot_uniform"``, ``"he_normal"``, ``"orthogonal"``, ``"torch"``, ``"normal"``,
            ``"random_normal"``, ``"uniform"``.
        learning_rate: of stochastic gradient descent in batches of 32. At 0.3, all else as it stands
            here, one sigmoid layer learns and two do not.
        data: ``"circles"``, ``"close_circles"`` or ``"moons"``; 320 points that never change.
        gradient: ``"backprop"``, the rms of dL/dh at each layer's output per example, or ``"kernel"``, the rms
            of the entries of dL/dW per batch.
        seed: of weights and batch order; the three nets share it.
    """
    return Explorer("thermometers", locals())


def network(
    form: str = "plain",
    activation: str = "sigmoid",
    depth: int = 7,
    initializer: str = "matched",
    forget_bias: float = 1,
    width: int = 6,
    seed: int = 1,
) -> Explorer:
    """A net drawn unit by unit, and one backward pass through it: arrows as thick as the log of the gradient.

    On each arrow stands the factor by which it multiplies the gradient (rms over all examples, before training).

    Args:
        form: ``"plain"``; ``"skip"``, with a way around each block, as in `skip`; ``"recurrent"``, a simple
            recurrent net through time; or ``"lstm"``, whose way around is the cell.
        activation: ``"sigmoid"``, ``"tanh"`` or ``"relu"``; an LSTM keeps its own.
        depth: hidden layers, blocks or time steps, 2 to 12.
        initializer: as for `thermometers`; through time, of the recurrent kernel.
        forget_bias: what is added to an LSTM's forget gate before its sigmoid, -10 to 10.
        width: units in each column, 1 to 16.
        seed: of the weights.
    """
    return Explorer("network", locals())


def depth_profile(
    depth: int = 10,
    width: int = 16,
    initializer: str = "glorot_uniform",
    gradient: str = "backprop",
    seed: int = 1,
) -> Explorer:
    """Depth profile: the gradient of every layer before training, of 20 seeds, and theory.

    Arguments as for `thermometers`; depth is 2 to 50 and `seed` the first of the twenty. The theory line is
    mean field (Schoenholz et al. 2017), for ``gradient="backprop"`` and weights of mean 0.
    """
    return Explorer("depth_profile", locals())


def variance_walk(
    gain: float = 1.0, activation: str = "tanh", depth: int = 50, width: int = 32, seed: int = 1
) -> Explorer:
    """Variance walk: signal forward and gradient backward, layer by layer, for weights of variance gain² / n.

    Args:
        gain: 0.1 to 4. 1 keeps the variance of linear units (LeCun 1998), sqrt(2) that of relu (He et al. 2015).
        activation: ``"sigmoid"``, ``"tanh"``, ``"relu"``, ``"leaky_relu"`` (slope 0.2) or ``"linear"``.
        depth: hidden layers, 2 to 100.
        width: units in each, 1 to 64.
        seed: the first of five nets.
    """
    return Explorer("variance_walk", locals())


def skip(
    depth: int = 20,
    width: int = 16,
    activation: str = "relu",
    initializer: str = "random_normal",
    branch_scale: float | str = 1,
    learning_rate: float = 0.03,
    data: str = "circles",
    seed: int = 1,
) -> Explorer:
    """Skip: the same weights with and without skip connections.

    The net is that of `vgcourse.residual_mlp`.

    Args:
        depth: blocks between the linear stem and the output, 1 to 50.
        branch_scale: factor of every block's branch, in both nets; ``"1/sqrt(depth)"`` follows the depth.
        width, activation, initializer, learning_rate, data, seed: as for `thermometers`.
    """
    return Explorer("skip", locals())


def player(recording: Recording, moment: int = 0) -> Explorer:
    """Recording player: weights and gradients of every layer as histograms, moment by moment.

    Args:
        recording: from `vgcourse.train`, or a capture's ``recording``; of any model.
        moment: index of the moment to begin with; 0 is the first recorded.

    Raises TypeError where `recording` is not a Recording.
    """
    if not isinstance(recording, Recording):
        raise TypeError(
            f"recording: expected a Recording, got {type(recording).__name__}; "
            "vg.train(...) returns one, and a capture keeps it in .recording."
        )
    return Explorer("player", {"moment": moment}, pack_recording(recording))


def _state(kind: str, settings: dict) -> str:
    return f"{kind}?{urlencode(settings)}"


def _as_it_opens(kind: str) -> str:
    settings = signature(globals()[kind]).parameters
    return _state(kind, {name: setting.default for name, setting in settings.items() if name != "recording"})


def _first_line(kind: str) -> str:
    return (getdoc(globals()[kind]) or "").partition("\n")[0] if kind in KINDS else "An explorer."


def _literal(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return json.dumps(text)


if __name__ == "__main__":
    texts = [path.read_text(encoding="utf-8") for path in sorted(Path("solutions").glob("*/*.py"))]
    opened = [state for text in texts for state in states_in(text, globals())]
    print(*draw(shutil.which("chromium") or "google-chrome", KINDS, opened), sep="\n")
