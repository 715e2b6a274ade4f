"""Depth profile and variance walk: every number and sentence against NumPy, nets and theory alike."""

import re
from itertools import pairwise

import numpy as np
from numpy_explorers import Oracle, activate, rms, slope
from packed import PACK, unpack
from pages import EXPLORER, SHELL
from sentences import check_number, check_start_words, check_walk_words

TABLE = f"() => {SHELL}.table()"


def points_of(page, kind: str) -> tuple[np.ndarray, np.ndarray]:
    x, y = page.evaluate(f"() => {{ {PACK} const {{ x, y }} = vgcourse.POINTS.{kind}; return [x, y].map(pack); }}")
    return unpack(x).reshape(-1, 2), unpack(y)


def look(kernels, sizes, activation, points) -> dict:
    """What one net's layers receive, and the mean of z² in each."""
    shapes = pairwise(sizes)
    oracle = Oracle([kernel.reshape(shape) for kernel, shape in zip(kernels, shapes, strict=True)], activation)
    z, h = oracle.forward(points[0])
    _, dh, slopes, _ = oracle.backward(z, h, points[1])
    hidden = range(1, len(sizes) - 1)
    return {
        "backprop": np.array([rms(dh[layer]) for layer in hidden]),
        "kernel": np.array([rms(slopes[layer - 1]) for layer in hidden]),
        "signal": np.array([rms(z[layer]) ** 2 for layer in hidden]),
    }


def moved(drawn):
    """The same nets, every weight moved by 10⁻¹²: where they show something else, nobody could foretell what."""
    rng = np.random.default_rng(0)
    return [[kernel * (1 + 1e-12 * rng.standard_normal(kernel.shape)) for kernel in net] for net in drawn]


def alike(some, others) -> bool:
    return all(np.allclose(a, b, rtol=1e-5, atol=1e-300) for a, b in zip(some, others, strict=True))


def median(rows) -> np.ndarray:
    """By layer; what is not a number counts as the largest."""
    return np.median(np.nan_to_num(np.array(rows), nan=np.inf, posinf=np.inf), axis=0)


# -------------------------------------------------- depth profile


def check_profile(page, setting: dict, tried) -> None:
    depth, width, seed = (int(setting[name]) for name in ("depth", "width", "seed"))
    sizes, points, table = [2, *[width] * depth, 1], points_of(page, "profile"), page.evaluate(TABLE)
    panels = page.evaluate(
        f"""() => {{ {PACK} return {EXPLORER}.panels.map(panel => [panel.name, panel.factor.innerText,
            panel.sentence.innerText, ...[panel.low, panel.median, panel.high].map(pack)]); }}"""
    )
    for at, (name, factor, words, *shown) in enumerate(panels):
        asked = [
            {"sizes": sizes, "initializer": setting["initializer"], "activation": name, "seed": seed + i}
            for i in range(20)
        ]
        drawn = page.evaluate(
            f"list => {{ {PACK} return list.map(one => vgcourse.kernelsOf(one).map(pack)); }}", asked
        )
        drawn = [list(map(unpack, kernels)) for kernels in drawn]
        profiles, twins = (
            [look(kernels, sizes, name, points)[setting["gradient"]] for kernels in nets]
            for nets in (drawn, moved(drawn))
        )
        tried.nets += 20
        if not alike([median(profiles)], [median(twins)]):
            tried.chaotic += 20
            continue
        check_quantiles(map(unpack, shown), profiles)
        tried.note(f"profile: {check_start_words(words, median(profiles), 'layer')}")
        theory = expected_profile(name, setting["initializer"], width, depth, points[0])
        theory = theory if setting["gradient"] == "backprop" else None
        check_factor(factor, profiles, theory)
        check_columns(table, (1 + 2 * at, 2 + 2 * at), (median(profiles), theory), words)
        dead = sum(profile[0] == 0 for profile in profiles)
        found = re.search(r"In (\d+) of 20 seeds nothing reaches layer 1", words)
        assert (int(found[1]) if found else 0) == dead, words


def check_quantiles(shown, profiles) -> None:
    """The band, a tenth of the seeds below and above it, and the median."""
    known = np.nan_to_num(np.array(profiles), nan=np.inf, posinf=np.inf)
    for share, values in zip((0.1, 0.5, 0.9), shown, strict=True):
        expected = np.quantile(known, share, axis=0)
        unclear = np.isnan(expected)  # between two infinite ones, where NumPy finds no number
        np.testing.assert_allclose(values[~unclear], expected[~unclear], rtol=1e-6, atol=1e-300)


def check_factor(text: str, profiles: list, theory) -> None:
    known = [profile for profile in profiles if profile[-1] != 0]
    if not known:
        assert text.startswith("no factor"), text
        return
    each = [(profile[0] / profile[-1]) ** (1 / (len(profile) - 1)) for profile in known]
    said = re.match(r"× (.+?) per layer(?: \(theory (.+)\))?$", text)
    check_number(said[1], float(median(each)), text)
    assert bool(said[2]) == (theory is not None), text
    if theory is not None:
        check_number(said[2], (theory[0] / theory[-1]) ** (1 / (len(theory) - 1)), text)


def check_columns(table, columns, expected, note) -> None:
    """These columns of the table of numbers."""
    for column, values in zip(columns, expected, strict=True):
        for row, value in enumerate(table[2]):
            if values is None:
                assert value[column] == "none", (note, value)
            else:
                check_number(value[column], values[row], (note, value))


# -------------------------------------------------- theory of wide nets

STEPS = (np.arange(6000) - 2999.5) * 0.003  # the kink of relu lies in the middle between two of them


def mean_over_normal(function, variance: float) -> float:
    """E[f(z)], z ~ N(0, variance)."""
    mass = np.exp(-STEPS * STEPS / 2)
    return float(np.sum(mass * function(np.sqrt(variance) * STEPS)) / mass.sum())


def variance_of(initializer: str, activation: str, inputs: int, outputs: int, last: bool = False) -> float:
    """Variance of a weight as Keras's (or torch's) documentation defines it."""
    if initializer == "matched":
        initializer = "he_normal" if activation in ("relu", "leaky_relu") and not last else "glorot_uniform"
    return {
        "glorot_uniform": 2 / (inputs + outputs),
        "he_normal": 2 / inputs,
        "orthogonal": 1 / max(inputs, outputs),
        "torch": 1 / (3 * inputs),
        "normal": 1,
        "random_normal": 0.05**2,
    }[initializer]


def expected_profile(activation, initializer, width, depth, x):
    """Mean field's rms of dL/dh in every hidden layer; None where the weights have a mean."""
    if initializer == "uniform":
        return None
    inner = width * variance_of(initializer, activation, width, width)
    first = np.mean(np.sum(x**2, axis=1)) * variance_of(initializer, activation, 2, width)
    signal = signal_of(activation, inner, first, depth)
    out = variance_of(initializer, activation, width, 1, last=True)
    logit = width * out * mean_over_normal(lambda z: activate(activation, z) ** 2, signal[-1])
    miss = 0.25 + mean_over_normal(lambda z: (activate("sigmoid", z) - 0.5) ** 2, logit)
    return np.sqrt(miss * out * gradients_of(activation, inner, signal))


def signal_of(activation, inner, first, depth):
    signal = [first]
    while len(signal) < depth:
        signal.append(inner * mean_over_normal(lambda z: activate(activation, z) ** 2, signal[-1]))
    return signal


def gradients_of(activation, inner, signal):
    """E[(dL/dh)²] by layer, relative to the last one."""
    grown = [inner * mean_over_normal(lambda z: slope(activation, z) ** 2, q) for q in signal[1:]]
    return np.cumprod([1, *reversed(grown)])[::-1]


# -------------------------------------------------- variance walk


def walks_of(drawn, sizes, activation, points) -> list:
    """Medians over the nets: the signal, and the gradient relative to the last layer."""
    nets = [look(kernels, sizes, activation, points) for kernels in drawn]
    gradients = [(net["backprop"] / net["backprop"][-1]) ** 2 for net in nets]
    return [median([net["signal"] for net in nets]), median(gradients)]


def check_walk(page, setting: dict, tried) -> None:
    depth, width, gain, seed = (float(setting.get(name, 1)) for name in ("depth", "width", "gain", "seed"))
    depth, width, activation = int(depth), int(width), setting["activation"]
    sizes, points = [2, *[width] * depth, 1], points_of(page, "walk")
    drawn = page.evaluate(
        f"""([depth, width, gain, seed]) => {{ {PACK} return [0, 1, 2, 3, 4]
            .map(i => vgcourse.gainWeights(depth, width, gain, seed + i).kernels.map(pack)); }}""",
        [depth, width, gain, int(seed)],
    )
    drawn = [list(map(unpack, kernels)) for kernels in drawn]
    walks = walks_of(drawn, sizes, activation, points)
    shown = page.evaluate(f"() => {{ {PACK} return [{EXPLORER}.signal, {EXPLORER}.gradient].map(pack); }}")
    shown = list(map(unpack, shown))
    tried.nets += 5
    if not alike(shown, walks) and not alike(walks, walks_of(moved(drawn), sizes, activation, points)):
        tried.chaotic += 5
        walks = shown
    first = gain**2 * np.mean(np.sum(points[0] ** 2, axis=1)) / 2
    signal = signal_of(activation, gain**2, first, depth)
    check_columns(
        page.evaluate(TABLE),
        (1, 2, 3, 4),
        (walks[0], signal, walks[1], gradients_of(activation, gain**2, signal)),
        setting,
    )
    for words, ours, theirs, first in zip(
        page.locator(".vg-verdict").all_inner_texts(), walks, shown, (0, -1), strict=True
    ):
        np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-300)  # what is less steady was left out
        tried.note(f"walk: {check_walk_words(words, ours, first)}")
        assert f"in all {depth} layers" in words or "at layer" in words, words
