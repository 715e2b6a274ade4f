"""Lesson 8, the factor of a normalised layer: by how much the error grows through relu and batch normalisation."""

from typing import Any

import numpy as np

from vgcourse.course.checks.compare import NO_RETURN, Seen, as_number, close, common_cause, fact, rms
from vgcourse.course.checks.exercise import Exercise, Miss, need_callable
from vgcourse.course.exercises.ways_out.norms import back, up

norm_factor = Exercise(
    "norm-factor",
    points=2,
    title="the factor of a normalised layer",
    answers=("norm_factor",),
    passed="Whatever the size of the kernels, the factor is the same: normalisation divides them out, up and down.",
    misses={
        "no-return": NO_RETURN.format(name="norm_factor"),
        "not-one-number": "norm_factor gives back one number; yours has the shape {got}.",
        "in-all": Miss(
            "That is the factor of all layers together. Asked for is that of *one*, the geometric mean: the "
            "L-th root.",
            share=0.5,
        ),
        "one-short": Miss("Right but for the root: from h_0 to h_L there are L layers.", share=0.5),
        "inverse": Miss("Upside down: the error at h_0 over the error at h_L.", share=0.5),
        "arithmetic": Miss(
            "That is the arithmetic mean of the layers' factors. Factors multiply: take the geometric one.", share=0.5
        ),
        "mean-square": Miss("That is the factor of the mean square; asked for is that of the rms.", share=0.5),
        "forward": "That is by how much the *signal* grows. Asked for is the error, on its way down.",
        "constants": "You take the batch's mean and variance for constants on the way down: use batch_norm_back.",
        "no-norm": "That is the factor of the same layers without normalisation.",
        "no-slope": "relu's slope is missing on the way down: where its input is below 0, nothing passes.",
        "slope-of-h": "relu's slope is taken where the layer's *input* is above 0. It stands at the layer's output.",
        "no-kernel": "On the way down the error does not pass the kernels: `error @ W.T`.",
        "slope-of-z": "relu's slope is taken where h @ W is above 0. relu gets what is *normalised*: there it is "
        "the sign that counts.",
        "slope-after-norm": "On the way down the error meets the normalisation before relu's slope. relu came last "
        "on the way up, so it comes first on the way down.",
        "no-relu-up": "On the way up relu is missing.",
        "no-eps": Miss("eps is missing: batch_norm adds 1e-3 to the variance.", share=0.5),
        "mean-abs": Miss("Those are means of absolute values. Asked for is the factor of the rms.", share=0.5),
        "sums": Miss(
            "You compare norms, which are sums over all entries: where a layer changes the width, they differ for "
            "that reason alone. Asked for is the rms.",
            share=0.5,
        ),
        "divided": Miss(
            "You divide by the number of layers. Factors multiply: take the L-th root of their product.", share=0.5
        ),
        "logarithm": Miss("That is the factor's logarithm: undo it with np.exp.", share=0.5),
        "upside-down-in-all": Miss(
            "Upside down, and of all layers together: the L-th root of the error at h_0 over that at h_L.", share=0.5
        ),
        "a-layer-short": "The error passes one layer less than there are: it has to arrive at h_0.",
        "wrong-values": "One layer first: relu's slope, then batch_norm_back, then the kernel.",
    },
)
Case = tuple[np.ndarray, list[np.ndarray], np.ndarray]


def _draw(rng: np.random.Generator) -> list[Case]:
    """X, kernels, dL/dh_L: drawn; widths that change, kernels of all sizes; a single layer; twelve.

    And two where eps counts: a kernel so small that next to nothing gets down, and examples so alike that what gets
    down is many times the error.
    """
    fixed = np.random.default_rng(21)
    changing = _case(fixed, 15, (3, 9, 5, 7), (100.0, 0.02, 3.0))
    alike, *rest = _case(np.random.default_rng(22), 12, (6, 5), (2.0,))
    return [
        _case(rng, 20, (6,) * 6, (1.0,) * 5),
        changing,
        _case(fixed, 8, (4, 4), (0.5,)),
        _case(fixed, 30, (8,) * 13, (2.0,) * 12),
        _case(np.random.default_rng(23), 10, (4, 5, 3), (0.002, 0.003)),
        (0.003 * alike + 1, *rest),
    ]


def _case(rng: np.random.Generator, n: int, sizes: tuple[int, ...], scales: tuple[float, ...]) -> Case:
    pairs = zip(sizes[:-1], sizes[1:], scales, strict=True)
    kernels = [scale * rng.normal(size=(a, b)) * np.sqrt(2 / a) for a, b, scale in pairs]
    return rng.normal(size=(n, sizes[0])), kernels, rng.normal(size=(n, sizes[-1]))


def signals(X: np.ndarray, kernels: list[np.ndarray], eps: float = 1e-3) -> list[np.ndarray]:
    """h_0 to h_L of layers relu(batch_norm(h W))."""
    hs = [np.asarray(X, float)]
    for W in kernels:
        hs.append(np.maximum(up(hs[-1] @ W, eps=eps), 0))
    return hs


def errors(X: np.ndarray, kernels: list[np.ndarray], error: np.ndarray, slip: str = "") -> list[np.ndarray]:
    """dL/dh_0 to dL/dh_L."""
    hs = _linear(X, kernels) if slip == "no-relu-up" else signals(X, kernels, 0 if slip == "no-eps" else 1e-3)
    found = [np.asarray(error, float)]
    for W, h in zip(kernels[::-1], hs[-2::-1], strict=True):
        z = h @ W
        g = _through(z, h, found[0], slip)
        found.insert(0, g if slip == "no-kernel" and g.shape == h.shape else g @ W.T)
    return found


def _linear(X: np.ndarray, kernels: list[np.ndarray]) -> list[np.ndarray]:
    hs = [X]
    for W in kernels:
        hs.append(up(hs[-1] @ W))
    return hs


def _through(z: np.ndarray, h: np.ndarray, g: np.ndarray, slip: str) -> np.ndarray:
    """The error below relu and normalisation of z; h is what the layer took in."""
    places = {"no-slope": z == z, "slope-of-z": z > 0, "slope-of-h": h > 0 if h.shape == z.shape else z == z}
    slope = places.get(slip, up(z) > 0)
    if slip == "slope-after-norm":
        return back(z, 1.0, g)[0] * slope
    if slip == "constants":
        return g * slope / np.sqrt(z.var(0) + 1e-3)
    return back(z, 1.0, g * slope, 0 if slip == "no-eps" else 1e-3)[0]


def factor(sizes: list[float]) -> float:
    """Geometric mean of one step, from sizes at h_0 to h_L."""
    return (sizes[0] / sizes[-1]) ** (1 / (len(sizes) - 1))


@norm_factor.observe
def observe_norm_factor(answer: Any, rng: np.random.Generator) -> Seen:
    need_callable(answer)
    return {"found": [as_number(answer(*case)) for case in _draw(rng)]}


@norm_factor.judge
def judge_norm_factor(seen: Seen, rng: np.random.Generator) -> Any:
    cases = _draw(rng)
    for found in seen["found"]:
        if found is None:
            return "no-return"
        if np.shape(found):
            return "not-one-number", {"got": str(np.shape(found))}
    got = [float(np.ravel(found)[0]) for found in seen["found"]]
    wanted = [factor([rms(e) for e in errors(*case)]) for case in cases]
    off = next((i for i, (g, w) in enumerate(zip(got, wanted, strict=True)) if not _same(g, w)), None)
    if off is None:
        return None
    layers = len(cases[off][1])
    said = fact(f"norm_factor, {layers} layer{'s' * (layers > 1)},", got[off], wanted[off])
    return common_cause(got, [_slips(*case) for case in cases], _same) or "wrong-values", said


def _same(got: Any, wanted: Any) -> bool:
    return close(got, wanted, rtol=5e-5, floor=0)


_ON_THE_WAY = (
    "constants",
    "no-slope",
    "slope-of-h",
    "slope-of-z",
    "slope-after-norm",
    "no-relu-up",
    "no-eps",
    "no-kernel",
)


def _slips(X: np.ndarray, kernels: list[np.ndarray], error: np.ndarray) -> dict[str, list[float]]:
    found = errors(X, kernels, error)
    sizes, means, norms = ([size(e) for e in found] for size in (rms, lambda e: np.abs(e).mean(), np.linalg.norm))
    right, layers = factor(sizes), len(kernels)
    ratios = np.array(sizes[:-1]) / np.array(sizes[1:])
    plain, h = [np.asarray(error, float)], [np.asarray(X, float)]
    for W in kernels:
        h.append(np.maximum(h[-1] @ W, 0))
    for W, after in zip(kernels[::-1], h[:0:-1], strict=True):
        plain.insert(0, (plain[0] * (after > 0)) @ W.T)
    hs = [rms(h) for h in signals(X, kernels)]
    slipped = {key: [factor([rms(e) for e in errors(X, kernels, error, key)])] for key in _ON_THE_WAY}
    return {
        "in-all": [right**layers],
        "one-short": [right ** (layers / (layers - 1)) if layers > 1 else right, right ** (layers / (layers + 1))],
        "inverse": [1 / right],
        "arithmetic": [float(np.mean(ratios))],
        "mean-square": [right**2],
        "forward": [1 / factor(hs), factor(hs)],
        "mean-abs": [factor(means)],
        "sums": [factor(norms)],
        "divided": [right**layers / layers, right / layers],
        "logarithm": [np.log(right), np.log10(right), layers * np.log(right)],
        "upside-down-in-all": [right**-layers],
        "a-layer-short": [(sizes[1] / sizes[-1]) ** (1 / n) for n in (layers, max(layers - 1, 1))],
        "no-norm": [factor([rms(e) for e in plain])],
        **slipped,
    }


@norm_factor.own_version
def own_norm_factor() -> Any:
    def rms(a):
        return np.sqrt(np.mean(np.square(a)))

    def norm_factor(X, kernels, error):
        h, layers = X, []
        for W in kernels:
            z = h @ W
            s = np.sqrt(z.var(0) + 1e-3)
            hat = (z - z.mean(0)) / s
            h = np.maximum(hat, 0)
            layers.append((W, s, hat))
        down = error
        for W, s, hat in reversed(layers):
            g = down * (hat > 0)  # through relu, then through the normalisation, then through the kernel
            down = (g - g.mean(0) - hat * (g * hat).mean(0)) / s @ W.T
        return (rms(down) / rms(error)) ** (1 / len(kernels))

    return norm_factor
