"""The published experiments that the course stands on, as data: set-ups and the figures their authors reported.

T1 "Visualizing the vanishing gradient problem" (2021), T2 "How to fix the vanishing gradients problem using ReLU"
(2018), T3 "The vanishing gradient problem" (about 2020). Every published figure comes from one run with one random
start. A name with a plus sign is a set-up of ours: the one before the sign with one thing changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from vgcourse.errors import CourseError
from vgcourse.nets import data


@dataclass(frozen=True)
class Published:
    """One reported figure: a quantity ("accuracy", "test_accuracy", "loss", "gradient_ratio") and its value."""

    quantity: str
    value: float


@dataclass(frozen=True)
class Experiment:
    """One set-up. `depth` counts hidden layers; None for `learning_rate` is the optimizer's default.

    Where `iterations` is given (T3), that many mini-batches are run in place of `epochs`. `change` says in words
    what sets it apart from the published one before the plus sign. `file` holds its data where the package
    does not (MNIST).
    """

    id: str
    depth: int
    activation: str
    data: str = "t1"
    initializer: str | dict = "glorot_uniform"  # a name for `mlp`, or a configuration of Keras
    output_initializer: str | None = None
    width: int = 5
    optimizer: str = "adam"
    learning_rate: float | None = None
    momentum: float = 0.0
    epochs: int = 100
    batch_size: int = 32
    iterations: int | None = None
    published: tuple[Published, ...] = ()
    change: str = ""
    file: Path | None = None

    def but(self, suffix: str, change: str, **settings) -> "Experiment":
        """This set-up with something changed, and no published figure."""
        return replace(self, id=f"{self.id}+{suffix}", change=change, published=(), **settings)


def load(experiment: Experiment) -> data.Split:
    """The data of an experiment. Raises ValueError where its file is no MNIST."""
    if experiment.data == "mnist":
        return data.mnist(experiment.file)
    return {"t1": data.t1_circles, "t2": data.t2_circles, "digits": data.digits}[experiment.data]()


def figures(**reported: float | tuple[float, ...]) -> tuple[Published, ...]:
    """Published figures from keywords; several draws of one quantity as a tuple."""
    pairs = [(name, v) for name, vs in reported.items() for v in (vs if isinstance(vs, tuple) else (vs,))]
    return tuple(Published(name, value) for name, value in pairs)


_T1 = (
    Experiment("T1.relu1", 1, "relu", published=figures(loss=0.2404, accuracy=0.973)),
    Experiment("T1.sig1", 1, "sigmoid", published=figures(loss=0.6927, accuracy=0.654)),
    Experiment("T1.sig3", 3, "sigmoid", published=figures(loss=0.6922, accuracy=0.533)),
    *(
        Experiment(name, 4, activation, initializer="normal", optimizer="rmsprop", published=reported)
        for name, activation, reported in (
            ("T1.sig4", "sigmoid", figures(loss=0.665, accuracy=(0.588, 0.652))),
            ("T1.tanh4", "tanh", figures(loss=0.0129, accuracy=(0.993, 0.994))),
            ("T1.relu4", "relu", figures(loss=0.0169, accuracy=(0.994, 0.995))),
        )
    ),
)
_SIG1, _SIG4, _TANH4, _RELU4 = _T1[1], *_T1[3:]
_T1_CHANGES = (
    *(e.but("rate10", "ten times the learning rate", learning_rate=0.01) for e in (_SIG1, _SIG4)),
    _SIG4.but("epochs1000", "1,000 epochs", epochs=1000),
    *(e.but("glorot", "Glorot weights", initializer="glorot_uniform") for e in (_SIG4, _TANH4, _RELU4)),
)


_HE = {"initializer": "he_uniform", "output_initializer": "glorot_uniform"}


def _t2(name: str, depth: int, activation: str, published: tuple[Published, ...] = (), **changes) -> Experiment:
    settings = {"data": "t2", "optimizer": "sgd", "learning_rate": 0.01, "momentum": 0.9, "epochs": 500}
    if activation == "relu":
        settings |= _HE
    else:
        settings |= {"initializer": "uniform"}
    return Experiment(name, depth, activation, published=published, **settings | changes)


_T2 = (
    _t2("T2.tanh1", 1, "tanh", figures(accuracy=0.816, test_accuracy=0.816)),
    _t2("T2.tanh5", 5, "tanh", figures(accuracy=0.530, test_accuracy=0.468)),
    _t2("T2.relu5", 5, "relu", figures(accuracy=0.836, test_accuracy=0.840)),
    _t2("T2.relu15", 15, "relu"),
    _t2("T2.relu20", 20, "relu"),
)
_TANH5, _RELU20 = _T2[1], _T2[4]
_T2_CHANGES = (
    _TANH5.but("glorot", "Glorot weights", initializer="glorot_uniform"),
    _TANH5.but("adam", "Adam", optimizer="adam", learning_rate=None, momentum=0.0),
    _TANH5.but("he", "He weights, as relu5", **_HE),
    _TANH5.but("epochs1000", "1,000 epochs", epochs=1000),
    _RELU20.but("width32", "width 32", width=32),
)
_T2_DEPTHS = (
    *(_t2(f"T2.tanh{depth}", depth, "tanh") for depth in range(2, 11) if depth != 5),
    *(_t2(f"T2.tanh{depth}", depth, "tanh").but("width25", "width 25", width=25) for depth in range(1, 11)),
)


def _t3(set_name: str, file: Path | None = None) -> tuple[Experiment, ...]:
    settings = {"data": set_name, "file": file, "width": 10, "batch_size": 30, "iterations": 2500}
    reported = {"sigmoid": figures(gradient_ratio=30.0), "leaky_relu": figures(gradient_ratio=6.0), "relu": ()}
    names = {"sigmoid": "sigmoid", "relu": "relu", "leaky_relu": "leaky"}
    return tuple(Experiment(f"T3.{names[a]}.{set_name}", 5, a, published=reported[a], **settings) for a in names)


def experiments(mnist: Path | None = None) -> tuple[Experiment, ...]:
    """Every set-up, in the order of the report; T3 on MNIST only where there is a file of it."""
    on_mnist = _t3("mnist", mnist) if mnist else ()
    return (*_T1, *_T1_CHANGES, *_T2, *_T2_CHANGES, *_T2_DEPTHS, *_t3("digits"), *on_mnist)


def is_depth(experiment: Experiment) -> bool:
    """Whether it belongs to T2's extension over depths alone."""
    return experiment in _T2_DEPTHS


def select(known: Iterable[Experiment], only: Iterable[str] | None) -> tuple[Experiment, ...]:
    """Those whose id is named, or starts with a name and a dot (T1: all of T1). CourseError for an unknown name."""
    known, chosen = tuple(known), []
    if only is None:
        return known
    for name in only:
        found = [e for e in known if e.id == name or e.id.startswith((f"{name}.", f"{name}+"))]
        if not found:
            names = ", ".join(e.id for e in known if "+" not in e.id)
            raise CourseError(f"There is no experiment {name!r}; there are T1, T2, T3, or one of {names}.")
        chosen += [e for e in found if e not in chosen]
    return tuple(chosen)
