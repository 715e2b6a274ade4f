"""Charts of the clinic's patients: for six kinds of net the settings, the faults, and what only looks like one.

A chart is what one reads in the code of a net: names of settings and their values. A patient has one fault, which
keeps it from learning, and one oddity, which looks like one and does no harm. Nothing here needs TensorFlow, so that
a grader can draw the same patients.
"""

import hashlib
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import numpy as np

Settings = dict[str, Any]
SEEDS = 16  # every patient that can be drawn is in the kept table (vgcourse.published.kept.clinic_runs)
BATCH = 64
SHORTEST = 2  # characters of a name: many Chinese ones have no more

# What a chart may show, in the words in which it is named; those of `vgcourse.diagnose` where it has one.
CAUSES = {
    "wrong statistics": "a frozen batch normalisation works with the statistics of other data",
    "labels shuffled": "the labels belong to other examples",
    "inputs too large": "inputs of 0 to 255 meet weights made for inputs near 1",
    "learning rate too large": "a step goes too far, and kills or blows up what it meets",
    "learning rate too small": "the weights hardly move",
    "vanishing through time": "the error is lost on its way back through the steps",
    "loss does not fit the output": "the loss takes the output for something that it is not",
    "blind to order": "the net cannot tell in which order its inputs stand",
    "flat activation": "the slopes of the layers are far below 1",
    "symmetric": "the units of a layer start alike, and stay alike",
    "code ignored": "a second term of the loss outweighs the first, and the code says nothing",
    "shared initializer": "several layers share one initializer, and start with equal kernels",
    "one head": "the attention has a single head",
    "quiet branches": "the branches add little to what the skips carry",
    "gradient clipped": "a gradient whose norm is above 1 is shortened to 1",
    "units left out": "dropout leaves out some units at each step",
    "no biases": "the hidden layers have no biases",
    "output between 0 and 1": "a sigmoid keeps the output between 0 and 1",
    "output without limits": "the output is linear, though the targets lie between 0 and 1",
}


@dataclass(frozen=True)
class Change:
    """A setting's value that is not that of a well net: where it is (all names that are right), and what it is.

    ``hidden``: gradients, units and numbers are those of a well net, and `vgcourse.diagnose` says healthy.
    """

    setting: str
    value: Any
    places: tuple[str, ...]
    cause: str
    hidden: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of net: its settings when well, the faults and the oddities that it may have, and what it reaches.

    Attributes:
        task: name of a function of `tasks`.
        well: every setting, with the value of a healthy net.
        faults, oddities: one of the faults is drawn; each seed has one of the two oddities.
        level: the score that counts as learned: accuracy, or the share of the variance that is explained.
        epochs: for how long it is trained.
    """

    name: str
    task: str
    well: Settings
    faults: tuple[Change, ...]
    oddities: tuple[Change, Change]
    level: float
    epochs: int

    def oddity(self, seed: int) -> Change:
        """The oddity of the patient with that seed."""
        return self.oddities[seed % 2]


@dataclass(frozen=True)
class Chart:
    """What is known of one patient; ``fault`` is None once it is cured."""

    kind: Kind
    seed: int
    fault: Change | None

    @property
    def settings(self) -> Settings:
        """Every setting, as the oddity and the fault, if any, have left it."""
        odd = self.kind.oddity(self.seed)
        found = {**self.kind.well, odd.setting: odd.value}
        return {**found, self.fault.setting: self.fault.value} if self.fault else found


def draw(name: str) -> dict[str, Chart]:
    """The six patients of whoever bears that name: the same letters, however they are encoded, the same patients."""
    letters = " ".join(normalize("NFC", str(name).casefold()).split())
    digest = hashlib.sha256(f"vgcourse clinic/{letters}".encode()).digest()
    rng = np.random.default_rng(np.frombuffer(digest, "uint32"))
    charts = {}
    for kind in KINDS.values():
        fault, seed = int(rng.integers(len(kind.faults))), int(rng.integers(SEEDS))
        charts[kind.name] = Chart(kind, seed, kind.faults[fault])
    return charts


def _frozen(k: int) -> Change:
    return Change("frozen", f"norm_{k}", (f"norm_{k}",), "wrong statistics")


_HIDDEN = ("encode_1", "encode_2", "code", "decode_1", "decode_2")
_PIXELS = Change("pixels", 255, ("data",), "inputs too large")
_SHUFFLED = Change("labels", "shuffled", ("data",), "labels shuffled", hidden=True)

_ALL = (
    Kind(
        "cnn",
        "pictures",
        {"pixels": 1, "labels": "paired", "initializer": "own", "frozen": "none", "rate": 0.02},
        (*(_frozen(k) for k in (2, 3)), _SHUFFLED),
        (_PIXELS, Change("initializer", "shared", ("conv_2", "conv_3"), "shared initializer")),
        level=0.7,
        epochs=5,
    ),
    Kind(
        "resnet",
        "rows",
        {"pixels": 1, "labels": "paired", "initializer": "own", "branch_scale": 0.4, "rate": 0.1},
        (_PIXELS, Change("rate", 5.0, ("optimizer",), "learning rate too large")),
        (
            Change("branch_scale", 0.1, tuple(f"branch_{k}" for k in range(1, 7)), "quiet branches"),
            Change("initializer", "shared", tuple(f"branch_{k}" for k in range(1, 7)), "shared initializer"),
        ),
        level=0.7,
        epochs=8,
    ),
    Kind(
        "lstm",
        "recall",
        {"forget_bias": 1.0, "clipnorm": None, "dropout": 0.0, "rate": 0.01},
        (
            Change("forget_bias", 0.0, ("memory",), "vanishing through time"),
            Change("rate", 1e-6, ("optimizer",), "learning rate too small"),
        ),
        (
            Change("clipnorm", 1.0, ("optimizer",), "gradient clipped"),
            Change("dropout", 0.1, ("dropout",), "units left out"),
        ),
        level=0.7,
        epochs=3,
    ),
    Kind(
        "transformer",
        "order",
        {"positions": True, "from_logits": True, "heads": 2, "dropout": 0.0, "rate": 0.01},
        (
            Change("positions", False, ("embedding",), "blind to order", hidden=True),
            Change("from_logits", False, ("loss", "output"), "loss does not fit the output"),
        ),
        (
            Change("heads", 1, ("attention",), "one head"),
            Change("dropout", 0.1, ("dropout",), "units left out"),
        ),
        level=0.8,
        epochs=3,
    ),
    Kind(
        "autoencoder",
        "copies",
        {"activation": "tanh", "kernels": "drawn", "biases": True, "output": "linear", "rate": 0.005},
        (
            Change("activation", "sigmoid", _HIDDEN, "flat activation"),
            Change("kernels", "constant", (*_HIDDEN, "output"), "symmetric"),
        ),
        (
            Change("biases", False, _HIDDEN, "no biases"),
            Change("output", "sigmoid", ("output",), "output between 0 and 1"),
        ),
        level=0.2,
        epochs=8,
    ),
    Kind(
        "vae",
        "copies",
        {"pixels": 1, "kl_weight": 0.002, "initializer": "own", "output": "sigmoid", "rate": 0.01},
        (Change("kl_weight", 1.0, ("loss", "sample"), "code ignored", hidden=True), _PIXELS),
        (
            Change("initializer", "shared", ("mean", "log_variance"), "shared initializer"),
            Change("output", "linear", ("output",), "output without limits"),
        ),
        level=0.2,
        epochs=8,
    ),
)
KINDS = {kind.name: kind for kind in _ALL}
