"""The runs of a sweep: every combination of settings, checked, with every seed."""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import keras
import numpy as np

from vgcourse.measure.arguments import code_of_ones_own, positive_number
from vgcourse.measure.slopes import activation_name
from vgcourse.measure.sweeping.stack_optimizer import optimizer_settings
from vgcourse.nets import models
from vgcourse.nets.sizes import whole_number

GRID = ("depth", "width", "activation", "initializer", "optimizer", "learning_rate", "batch_size", "epochs")


@dataclass(frozen=True)
class Run:
    """One run: what its graph is compiled for, what may differ inside a stack, and its row in the frame."""

    sizes: tuple[int, ...]
    activation: str | Callable
    optimizer: tuple[type, str]
    batch_size: int
    epochs: int
    seed: int
    rate: float
    initializer: object
    labels: tuple

    @property
    def shape(self) -> tuple:
        """Runs of one shape can be stacked."""
        return self.sizes, self.activation, self.optimizer, self.batch_size, self.epochs

    @property
    def key(self) -> dict:
        """All that decides the run's numbers, for a hash; data and output initializer are the sweep's.

        Raises:
            ValueError: where activation, initializer or optimizer is code of one's own: see `told_by_name`.
        """
        kind, settings = self.optimizer
        told_by_name("activation", self.activation)
        told_by_name("initializer", self.initializer)
        told_by_name("optimizer", kind, json.loads(settings))
        return {
            "sizes": self.sizes,
            "activation": self.activation,
            "initializer": described(self.initializer),
            "optimizer": f"{kind.__module__}.{kind.__qualname__} {settings}",
            "learning_rate": self.rate,
            "batch_size": self.batch_size,
            "epochs": self.epochs,
            "seed": self.seed,
        }


def grid_runs(settings: dict, seeds, examples: int, inputs: int, outputs: int) -> Iterator[Run]:
    """Every combination of the settings (one value or several each, named as in `GRID`) with every seed.

    Raises:
        TypeError, ValueError: naming the argument that does not fit.
    """
    choices = {name: _choices(name, value) for name, value in settings.items()}
    checks = {"activation": _activation, "initializer": _initializer, "optimizer": _optimizer}
    checks |= {"learning_rate": _rate, "batch_size": _positive, "epochs": _positive}
    checked = {name: [checks.get(name, _same)(name, v) for v in values] for name, values in choices.items()}
    if isinstance(seeds, int) and not isinstance(seeds, bool):
        seeds = range(seeds)  # "seeds=20" reads as twenty seeds, and so it is
    seeds = [_seed(s) for s in _choices("seeds", seeds)]
    for depth, width, phi, initializer, optimizer, rate, batch_size, epochs in itertools.product(*checked.values()):
        sizes = tuple(map(int, models._sizes(depth, width, inputs, outputs)))
        (kind, config), default, optimizer_label = optimizer
        used = default if rate is None else rate
        row = (depth, width, activation_name(phi), label(initializer), optimizer_label)
        for seed in seeds:
            yield Run(
                sizes,
                phi,
                (kind, config if rate is None else _unscheduled(config)),
                min(batch_size, examples),
                epochs,
                seed,
                1.0 if used is None else used,
                initializer,
                (*row, np.nan if used is None else used, batch_size, epochs, seed),
            )


def told_by_name(argument: str, *values) -> None:
    """Raises ValueError where a name on disk would not tell values from others: their code is somebody's own."""
    if own := code_of_ones_own(*values):
        raise ValueError(
            f"cache: {argument} {own!r} is code of your own, which cannot be told from other code of the same name; "
            "use one of Keras's, or leave cache out."
        )


def label(value) -> str:
    """A name, or a Keras object's class with the settings that are not its defaults."""
    if isinstance(value, str):
        return value
    config, name = value.get_config(), type(value).__name__
    try:
        default = type(value)().get_config()
    except TypeError:
        default = {}
    hidden = {"seed", "name", "learning_rate"}
    own = {k: v for k, v in config.items() if k not in hidden and v != default.get(k)}
    return f"{name}({', '.join(f'{k}={v!r}' for k, v in own.items())})" if own else name


def described(value) -> str | None:
    """An initializer as text that tells it from others."""
    if value is None or isinstance(value, str):
        return value
    settings = {k: v for k, v in value.get_config().items() if k != "seed"}
    return f"{type(value).__module__}.{type(value).__qualname__} {json.dumps(settings, sort_keys=True, default=repr)}"


def _choices(name: str, value) -> list:
    several = isinstance(value, list | tuple | range | set | np.ndarray) or (
        isinstance(value, Iterable) and not isinstance(value, str) and not callable(value)
    )
    values = list(value) if several else [value]
    if not values:
        raise ValueError(f"{name}: give at least one value, got an empty {type(value).__name__}.")
    return values


def _same(name: str, value):
    return value


def _activation(name: str, value) -> str | Callable:
    function = models._activation(name, value)
    z = np.linspace(-2, 2, 24, dtype=np.float32).reshape(2, 3, 4)
    if not np.allclose(function(z), np.transpose(function(z.T)), atol=1e-6):
        raise ValueError(f"{name}: {activation_name(function)!r} mixes units; a sweep needs one for each element.")
    known = activation_name(function)
    return known if getattr(keras.activations, known, None) is function else function


def _initializer(name: str, value):
    models._initializer(name, value, 0)
    return value


def _optimizer(name: str, value) -> tuple:
    settings, rate = optimizer_settings(value)
    return settings, rate, label(value)


def _rate(name: str, value) -> float | None:
    return None if value is None else positive_number(name, value)


def _positive(name: str, value) -> int:
    return whole_number(name, value, 1)


def _seed(value) -> int:
    models._seed(value, 0)
    return int(value)


def _unscheduled(config: str) -> str:
    """An explicit learning rate takes the place of a schedule."""
    settings = json.loads(config)
    scheduled = isinstance(settings.get("learning_rate"), dict)
    return json.dumps(settings | {"learning_rate": 1.0}, sort_keys=True) if scheduled else config
