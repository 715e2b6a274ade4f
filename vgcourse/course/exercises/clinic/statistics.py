"""Lesson 9, moving statistics set right without one training step: each layer's after those below it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vgcourse.course.checks.compare import Seen, common_cause, fact, told_apart, worst
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable

refresh = Exercise(
    "refresh-statistics",
    points=3,
    title="batch normalisation's statistics set right",
    answers=("refresh",),
    changes=(0,),
    passed="Every layer has the statistics of what it takes in, now that those below it are right. Not a step was "
    "trained.",
    misses={
        "nothing": "The moving statistics are what they were. `layer.moving_mean.assign(...)` sets one.",
        "all-at-once": Miss(
            "The first is right. The others have the statistics of what came in while those below them were still "
            "wrong: go from below, and let each layer work with what you have just set.",
            share=0.5,
        ),
        "first-only": "The first is right, and only the first has been touched.",
        "deviation": Miss("Where the variance belongs you put the standard deviation, its root.", share=0.5),
        "outputs": "Those are the statistics of what each layer gives. It normalises by those of what it takes in.",
        "blended": "The new statistics are mixed with the old: by `momentum`, one pass in training mode moves "
        "them by a "
        "hundredth. Set them.",
        "mean-only": Miss("The means are right, the variances are the old ones.", share=0.5),
        "variance-only": Miss("The variances are right, the means are the old ones.", share=0.5),
        "one-less": Miss("You divide by n - 1; the layer divides by n when it trains.", share=0.5),
        "all-axes": "One number for all channels: take the mean over all axes but the last.",
        "other-weights": "Something else than the moving statistics has changed: {what}. They alone are wrong here.",
        "other-net": Miss(
            "In three nets all is right. Of a net of BatchNormalization, Dense, Activation, "
            "Dropout and a BatchNormalization that is not trainable, {what} is {got}; "
            "wanted is {wanted}. What does each layer take in?",
            share=0.5,
        ),
        "wrong-values": "Follow one layer: what does it take in, and what are its mean and its variance, for each "
        "channel?",
    },
)
EPSILON = 1e-3
WIDTHS = (6, 5, 4)


@dataclass(frozen=True)
class Sick:
    """Kernels, and of each normalisation gamma, beta, moving mean and moving variance; pictures or rows come in."""

    X: np.ndarray
    kernels: list[np.ndarray]
    norms: list[list[np.ndarray]]


def _nets(rng: np.random.Generator) -> list[Sick]:
    """Rows through three layers; pictures through two, where nothing follows the last; and a drawn one."""
    fixed = np.random.default_rng(8)
    return [_net(fixed, (40, 3), WIDTHS), _net(fixed, (12, 4, 3, 2), WIDTHS[:2]), _net(rng, (30, 4), WIDTHS)]


def _net(rng: np.random.Generator, shape: tuple[int, ...], widths: tuple[int, ...]) -> Sick:
    X = (rng.normal(size=shape) * 2 + 1).astype("float32")
    sizes = (shape[-1], *widths)
    kernels = [
        (rng.normal(size=pair) / np.sqrt(pair[0])).astype("float32") for pair in zip(sizes[:-1], widths, strict=True)
    ]
    norms = [
        [
            rng.uniform(0.5, 1.5, n).astype("float32"),
            rng.normal(0, 0.5, n).astype("float32"),
            rng.normal(0, 3, n).astype("float32"),
            rng.uniform(3, 9, n).astype("float32"),
        ]
        for n in widths
    ]
    return Sick(X, kernels, norms)


def _model(net: Sick) -> Any:
    import keras
    from keras import layers

    parts: list = [keras.Input(net.X.shape[1:])]
    for k, kernel in enumerate(net.kernels, 1):
        size = kernel.shape[1]
        linear = layers.Conv2D(size, 1, use_bias=False, name=f"conv_{k}") if net.X.ndim == 4 else None
        parts += [linear or layers.Dense(size, use_bias=False, name=f"hidden_{k}")]
        parts += [layers.BatchNormalization(name=f"norm_{k}"), layers.ReLU(name=f"relu_{k}")]
    model = keras.Sequential(parts[:-1] if net.X.ndim == 4 else parts)
    for k, (kernel, norm) in enumerate(zip(net.kernels, net.norms, strict=True)):
        model.layers[3 * k].set_weights([kernel if net.X.ndim == 2 else kernel[None, None]])
        model.layers[3 * k + 1].set_weights(norm)
    return model


@refresh.observe
def observe_refresh(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    found = []
    for net in _nets(rng):
        model = _model(net)
        answer(model, net.X)
        found.append([[np.asarray(w) for w in layer.get_weights()] for layer in model.layers])
    X, kernel = _other_net()
    model = _other_model(kernel)
    answer(model, X)
    return {"weights": found, "other": [np.asarray(w) for w in model.get_weights()]}


def _other_net() -> tuple[np.ndarray, np.ndarray]:
    """Points, and the kernel of a net that begins with a normalisation, drops out, and ends with a frozen one."""
    rng = np.random.default_rng(6)
    return rng.normal(2, 3, (30, 3)).astype("float32"), rng.normal(0, 0.5, (3, 5)).astype("float32")


def _other_model(kernel: np.ndarray) -> Any:
    import keras
    from keras import layers

    parts = [
        keras.Input((len(kernel),)),
        layers.BatchNormalization(name="norm_1"),
        layers.Dense(kernel.shape[1], use_bias=False, name="hidden"),
        layers.Activation("relu"),
        layers.Dropout(0.5, seed=1),
        layers.BatchNormalization(name="norm_2"),
    ]
    model = keras.Sequential(parts)
    model.layers[-1].trainable = False
    model.layers[1].set_weights([kernel])
    return model


_OTHER_WEIGHTS = ("gamma of norm_1", "beta of norm_1", "norm_1.moving_mean", "norm_1.moving_variance")
_OTHER_WEIGHTS += ("the kernel of the Dense", "gamma of norm_2", "beta of norm_2")
_OTHER_WEIGHTS += ("norm_2.moving_mean", "norm_2.moving_variance")


def _judge_other(weights: list) -> Any:
    X, kernel = (array.astype(float) for array in _other_net())
    first, above = (X.mean(0), X.var(0)), np.maximum((X - X.mean(0)) / np.sqrt(X.var(0) + EPSILON) @ kernel, 0)
    affine = [[np.ones(n), np.zeros(n)] for n in kernel.shape]
    wanted = [*affine[0], *first, kernel, *affine[1], above.mean(0), above.var(0)]
    for what, mine, right in zip(_OTHER_WEIGHTS, weights, wanted, strict=True):
        if not _alike([mine], [right]):
            key = "other-net" if "moving" in what else "other-weights"
            return key, {"what": what, **dict(zip(("got", "wanted"), told_apart(mine, right), strict=True))}
    return None


def _through(net: Sick, mended: bool, look: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """Values (n, channels) that each normalisation takes in (look 0) or gives (1).

    ``mended``: those below already work with the right statistics.
    """
    h, found = net.X.astype(float), []
    for kernel, (gamma, beta, mean, variance) in zip(net.kernels, net.norms, strict=True):
        z = h @ kernel
        rows = z.reshape(-1, z.shape[-1])
        used = (rows.mean(0), rows.var(0)) if mended else (mean, variance)
        out = gamma * (z - used[0]) / np.sqrt(used[1] + EPSILON) + beta
        found.append(rows if look == 0 else out.reshape(-1, z.shape[-1]))
        h = np.maximum(out, 0)
    return found


def _statistics(rows: list[np.ndarray], ddof: int = 0) -> list[np.ndarray]:
    return [part for r in rows for part in (r.mean(0), r.var(0, ddof=ddof))]


def _old(net: Sick) -> list[np.ndarray]:
    return [part for norm in net.norms for part in norm[2:]]


@refresh.judge
def judge_refresh(seen: Seen, rng: np.random.Generator) -> Any:
    nets = _nets(rng)
    got = [[np.asarray(w, float) for norm in of[1::3] for w in norm[2:]] for of in seen["weights"]]
    changed = next((what for of, net in zip(seen["weights"], nets, strict=True) if (what := _touched(of, net))), None)
    if changed:
        return "other-weights", {"what": changed}
    if all(_alike(g, _statistics(_through(net, True))) for g, net in zip(got, nets, strict=True)):
        return _judge_other(seen["other"])
    slips = [_slips(net) for net in nets]
    return common_cause(got, slips, _alike) or ("wrong-values", _fact(got, nets))


def _touched(weights: list, net: Sick) -> str | None:
    """What else than moving statistics is not as it was."""
    for k, (kernel, norm) in enumerate(zip(net.kernels, net.norms, strict=True)):
        if not np.allclose(np.asarray(weights[3 * k][0]).reshape(kernel.shape), kernel):
            return f"the kernel of layer {k + 1}"
        if not all(np.allclose(w, was) for w, was in zip(weights[3 * k + 1][:2], norm[:2], strict=True)):
            return f"gamma or beta of norm_{k + 1}"
    return None


def _alike(got: list[np.ndarray], wanted: list[np.ndarray]) -> bool:
    """Within float32's reach, after a few layers: a thousandth of each array's largest entry."""
    return all(
        np.shape(g) == np.shape(w) and np.allclose(g, w, rtol=1e-3, atol=1e-3 * np.abs(w).max())
        for g, w in zip(got, wanted, strict=True)
    )


def _slips(net: Sick) -> dict[str, list[list[np.ndarray]]]:
    mended, sick, old = _through(net, True), _through(net, False), _old(net)
    right, from_sick = _statistics(mended), _statistics(sick)
    lists = list(enumerate(zip(right, old, strict=True)))
    return {
        "nothing": [old],
        "all-at-once": [from_sick],
        "first-only": [[*right[:2], *old[2:]]],
        "deviation": [[a if i % 2 == 0 else np.sqrt(a) for i, a in enumerate(s)] for s in (right, from_sick)]
        + [_with_deviations(net)],
        "outputs": [_statistics(_through(net, mended, 1)) for mended in (True, False)],
        "blended": [[0.99 * o + 0.01 * a for a, o in zip(s, old, strict=True)] for s in (right, from_sick)],
        "mean-only": [[a if i % 2 == 0 else o for i, (a, o) in lists], _one_kind(net, 0)],
        "variance-only": [[o if i % 2 == 0 else a for i, (a, o) in lists], _one_kind(net, 1)],
        "one-less": [_one_less(net), _statistics(mended, 1), _statistics(sick, 1)],
        "all-axes": [_one_for_all(net)],
    }


def _walk(net: Sick, chosen: Callable) -> list[np.ndarray]:
    """Statistics set from below, each layer working with what `chosen` makes of right and old ones."""
    h, found = net.X.astype(float), []
    for kernel, (gamma, beta, mean, variance) in zip(net.kernels, net.norms, strict=True):
        z = h @ kernel
        rows = z.reshape(-1, z.shape[-1])
        used = chosen(rows, mean, variance)
        found += used
        h = np.maximum(gamma * (z - used[0]) / np.sqrt(used[1] + EPSILON) + beta, 0)
    return found


def _with_deviations(net: Sick) -> list[np.ndarray]:
    return _walk(net, lambda rows, *old: [rows.mean(0), rows.std(0)])


def _one_kind(net: Sick, which: int) -> list[np.ndarray]:
    return _walk(net, lambda rows, *old: [rows.mean(0), old[1]] if which == 0 else [old[0], rows.var(0)])


def _one_less(net: Sick) -> list[np.ndarray]:
    return _walk(net, lambda rows, *old: [rows.mean(0), rows.var(0, ddof=1)])


def _one_for_all(net: Sick) -> list[np.ndarray]:
    return _walk(net, lambda rows, *old: [np.full(rows.shape[1], part) for part in (rows.mean(), rows.var())])


def _fact(got: list, nets: list[Sick]) -> dict[str, str]:
    for g, net in zip(got, nets, strict=True):
        for i, (mine, wanted) in enumerate(zip(g, _statistics(_through(net, True)), strict=True)):
            if not _alike([mine], [wanted]):
                what = ("moving_mean", "moving_variance")[i % 2]
                (place,), off, right = worst(np.ravel(mine), wanted)
                return fact(f"Your norm_{i // 2 + 1}.{what}[{place}]", off, right)
    return {}


@refresh.own_version
def own_refresh() -> Callable:
    def refresh(model, X):
        h = X
        for layer in model.layers:
            if hasattr(layer, "moving_mean"):
                values = np.asarray(h)
                axes = tuple(range(values.ndim - 1))
                layer.moving_mean.assign(values.mean(axis=axes))
                layer.moving_variance.assign(values.var(axis=axes))
            h = layer(h)

    return refresh
