"""Random settings of the explorers' menus: every sentence and every mark is held against NumPy (`numpy_explorers`).

``python tests/browser/every_setting.py 320`` tries 320 of them (a few minutes); the suite tries a sample.
Nets whose training is chaotic (a change of 10⁻¹² in the weights changes what is shown) cannot be compared over
epochs; their sentences and marks are held against the explorer's own numbers instead, and their share is printed.
"""

import math
import re
import shutil
import sys
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import parse_qsl

import numpy as np
from numpy_explorers import Oracle, rms
from pages import EXPLORER, open_explorer
from sentences import check_learning_words, check_start_words, check_walk_words, check_way, read_number

CEILINGS = {"circles": 0.99, "close_circles": 0.84, "moons": 0.99}
INITIALIZERS = ("matched", "glorot_uniform", "he_normal", "orthogonal", "torch", "normal", "random_normal", "uniform")
RATES = (0.01, 0.03, 0.1, 0.3, 1, 3)
# Arrays cross as base64 text: as JSON, a million weights take minutes, and NaN does not exist there.
PACK = """const pack = values => {
    const bytes = new Uint8Array(Float64Array.from(values).buffer);
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
};"""
RACE = f"""epochs => {{
    {PACK}
    const explorer = {EXPLORER};
    const nets = explorer.cards.map(({{ name, run }}) => ({{
        name, sizes: run.net.sizes, rate: run.learningRate, kernels: run.net.kernels.map(pack),
        skip: Boolean(run.net.skip), scale: run.net.scale, residual: Boolean(run.residual),
        activation: run.activation,
        x: pack(run.data.x), y: pack(run.data.y), orders: [] }}));
    explorer.runs.forEach((run, i) => {{
        for (let epoch = 0; epoch < epochs && !run.blownUp; epoch += 1) {{
            run.trainEpoch();
            nets[i].orders.push(pack(run.order));
        }}
    }});
    explorer.pause();
    const quantity = explorer.spec.quantity(), {{ theme }} = explorer.shell;
    const pointed = explorer.cards[0].run.epoch % explorer.cards[0].run.hidden;
    explorer.cards.forEach(card => card.point(pointed, {{ quantity, theme }}));
    explorer.cards.forEach(({{ run, root, way }}, i) => Object.assign(nets[i], {{
        way: [pointed, way.innerText, explorer.spec.unit],
        history: run.history.map(moment => ({{ backprop: pack(moment.backprop), kernel: pack(moment.kernel) }})),
        scores: pack([run.loss, run.accuracy, run.epoch]), quantity, marks: vgcourse.tubeMarks(run.now[quantity]),
        blown: run.blown, words: root.querySelector('.vg-verdict').innerText,
    }}));
    return nets;
}}"""


def unpack(text: str) -> np.ndarray:
    import base64

    return np.frombuffer(base64.b64decode(text), np.float64)


def random_states(count: int, seed: int = 0):
    """`count` settings with a number of epochs each; a third of them are of the kinds that explode."""
    rng = np.random.default_rng(seed)

    def pick(options):
        return options[int(rng.integers(len(options)))]

    for i in range(count):
        data, rate = pick(tuple(CEILINGS)), pick(RATES)
        common = f"data={data}&learning_rate={rate}&seed={rng.integers(1, 99)}"
        kind = ("thermometers", "skip", "depth_profile", "skip", "variance_walk", "thermometers")[i % 6]
        epochs = int(pick((0, 1, 2, 5, 60 if i % 4 == 0 else 3)))
        width, initializer = pick((2, 5, 8, 16)), pick(INITIALIZERS)
        if kind == "thermometers":
            state = f"depth={rng.integers(1, 11)}&width={pick((2, 8, 16, 32))}&initializer={initializer}&{common}"
            state += f"&gradient={pick(('backprop', 'kernel'))}"
        elif kind == "skip":
            activation, scale = (
                pick(("sigmoid", "tanh", "relu", "relu", "leaky_relu")),
                pick((1, 0.5, 0, "1/sqrt(depth)")),
            )
            depth = pick((1, 3, 20, 50)) if epochs < 10 else pick((1, 3, 8))
            state = f"depth={depth}&width={width}&activation={activation}&initializer={initializer}"
            state += f"&branch_scale={scale}&{common}"
        elif kind == "depth_profile":
            state = f"depth={rng.integers(2, 51)}&width={width}&initializer={initializer}&seed={rng.integers(1, 99)}"
            state += f"&gradient={pick(('backprop', 'kernel'))}"
        else:
            activation = pick(("sigmoid", "tanh", "relu", "leaky_relu", "linear"))
            state = (
                f"gain={rng.uniform(0.1, 4):.2f}&activation={activation}&depth={rng.integers(2, 101)}&width={width}"
            )
        yield f"{kind}?{state}", epochs


@dataclass
class Tried:
    """What was seen: how often each kind of sentence came, and how many nets were too chaotic to compare."""

    kinds: dict = field(default_factory=dict)
    nets: int = 0
    chaotic: int = 0

    def note(self, *kinds: str) -> None:
        for kind in kinds:
            self.kinds[kind] = self.kinds.get(kind, 0) + 1


def try_setting(page, state: str, epochs: int, tried: Tried) -> None:
    """Open the setting, train, and compare; raises AssertionError with the setting in its text."""
    open_explorer(page, state)
    kind = state.partition("?")[0]
    check = {"depth_profile": check_profile, "variance_walk": check_walk}.get(kind)
    with np.errstate(all="ignore"):
        try:
            if check:
                check(page, dict(parse_qsl(state.partition("?")[2])), tried)
            else:
                check_race(page, state, epochs, tried)
        except AssertionError as error:
            raise AssertionError(f"{state}, {epochs} epochs: {error}") from error


# -------------------------------------------------- nets in training


def check_race(page, state: str, epochs: int, tried: Tried) -> None:
    ceiling = CEILINGS[dict(parse_qsl(state.partition("?")[2])).get("data", "circles")]
    for net in page.evaluate(RACE, epochs):
        theirs = [{name: unpack(values) for name, values in moment.items()} for moment in net["history"]]
        tried.nets += 1
        kernels, ours = trained(net)
        try:
            compare_runs(net, theirs, ours)
        except AssertionError:
            if steady(net, kernels, ours):
                raise
            tried.chaotic += 1
        loss, accuracy, epoch = unpack(net["scores"])
        run = {"loss": loss, "right": 100 * accuracy, "epoch": int(epoch), "history": theirs, "ceiling": ceiling}
        tried.note(check_start_words(net["words"], theirs[0][net["quantity"]]))
        tried.note(check_learning_words(net["words"], run, net["blown"]))
        check_marks(net["marks"], theirs[-1][net["quantity"]])
        at, words, noun = net["way"]
        check_way(words, theirs[-1][net["quantity"]], at, noun)


def trained(net: dict) -> tuple[list, Oracle]:
    """The kernels that the net began with, and what NumPy makes of it."""
    shapes = list(zip(net["sizes"][:-1], net["sizes"][1:], strict=True))
    kernels = [unpack(text).reshape(shape) for text, shape in zip(net["kernels"], shapes, strict=True)]
    return kernels, train(net, kernels)


def steady(net: dict, kernels: list, ours: Oracle) -> bool:
    """Whether a copy of the net that was moved by 10⁻¹² shows the same: else nobody could foretell the run."""
    moved = np.random.default_rng(0)
    twin = [kernel * (1 + 1e-12 * moved.standard_normal(kernel.shape)) for kernel in kernels]
    return alike(ours, train(net, twin))


def train(net: dict, kernels) -> Oracle:
    look = {name: net[name] for name in ("activation", "skip", "scale", "residual")}
    oracle = Oracle(kernels, **look)
    x, y = unpack(net["x"]).reshape(-1, 2), unpack(net["y"])
    oracle.epoch(x, y, np.arange(len(y)), 0)
    for order in net["orders"]:
        oracle.epoch(x, y, unpack(order).astype(int), net["rate"])
    oracle.scores = oracle.judge(x, y)
    return oracle


def alike(one: Oracle, other: Oracle) -> bool:
    if one.blown != other.blown or one.scores[1] != other.scores[1]:
        return False
    pairs = [
        (a[name], b[name]) for a, b in zip(one.history, other.history, strict=True) for name in ("backprop", "kernel")
    ]
    return all(np.allclose(a, b, rtol=1e-5, atol=0, equal_nan=True) for a, b in [*pairs, (one.scores, other.scores)])


def compare_runs(net: dict, theirs: list, ours: Oracle) -> None:
    blown = net["blown"] and net["blown"]["epoch"]
    assert blown == ours.blown, f"{net['name']} blew up in epoch {blown}, in NumPy {ours.blown}: {net['words']}"
    for epoch, (shown, expected) in enumerate(zip(theirs, ours.history, strict=True)):
        for name in ("backprop", "kernel"):
            if epoch == 0 and name == "kernel" and net["residual"]:
                continue  # not looked at before training
            same = np.isfinite(shown[name]) == np.isfinite(expected[name])
            assert same.all(), f"{net['name']}, epoch {epoch}: {shown[name]} against {expected[name]}"
            finite = np.isfinite(shown[name])
            np.testing.assert_allclose(shown[name][finite], np.array(expected[name])[finite], rtol=1e-3)
    loss, accuracy, _ = unpack(net["scores"])
    if blown is None:
        assert math.isclose(loss, ours.scores[0], rel_tol=1e-3) and accuracy == ours.scores[1]


def check_marks(marks: list, values) -> None:
    """What the tubes show: the filled share of a scale from 10⁻⁸ to 10⁴, or why there is none."""
    for mark, value in zip(marks, values, strict=True):
        if not np.isfinite(value):
            expected = ("blown", None)
        elif value == 0:
            expected = ("zero", 0)
        else:
            share = (math.log10(value) + 8) / 12
            expected = ("below" if share < 0 else "above" if share > 1 else "inside", min(1, max(0, share)))
        assert mark["state"] == expected[0], (mark, value)
        assert mark["share"] == expected[1] or math.isclose(mark["share"], expected[1], abs_tol=1e-9), (mark, value)


# -------------------------------------------------- nets before training


def points_of(page) -> tuple[np.ndarray, np.ndarray]:
    x, y = page.evaluate(f"() => {{ {PACK} return [{EXPLORER}.points.x, {EXPLORER}.points.y].map(pack); }}")
    return unpack(x).reshape(-1, 2), unpack(y)


def look(kernels, sizes, activation, points) -> dict:
    """What one net's layers receive, and the mean of z² in each."""
    shapes = pairwise(sizes)
    oracle = Oracle([unpack(text).reshape(shape) for text, shape in zip(kernels, shapes, strict=True)], activation)
    z, h = oracle.forward(points[0])
    _, dh, slopes, _ = oracle.backward(z, h, points[1])
    hidden = range(1, len(sizes) - 1)
    return {
        "backprop": np.array([rms(dh[layer]) for layer in hidden]),
        "kernel": np.array([rms(slopes[layer - 1]) for layer in hidden]),
        "signal": np.array([rms(z[layer]) ** 2 for layer in hidden]),
    }


def median(rows) -> np.ndarray:
    """By layer; what is not a number counts as the largest."""
    return np.median(np.nan_to_num(np.array(rows), nan=np.inf, posinf=np.inf), axis=0)


def check_profile(page, setting: dict, tried: Tried) -> None:
    depth, width, seed = (int(setting[name]) for name in ("depth", "width", "seed"))
    sizes, points = [2, *[width] * depth, 1], points_of(page)
    for name, factor, words, shown in page.evaluate(
        f"""() => {{ {PACK} return {EXPLORER}.panels.map(panel => [panel.name, panel.factor.innerText,
            panel.sentence.innerText, pack(panel.median)]); }}"""
    ):
        asked = [
            {"sizes": sizes, "initializer": setting["initializer"], "activation": name, "seed": seed + i}
            for i in range(20)
        ]
        drawn = page.evaluate(
            f"list => {{ {PACK} return list.map(one => vgcourse.kernelsOf(one).map(pack)); }}", asked
        )
        profiles = [look(kernels, sizes, name, points)[setting["gradient"]] for kernels in drawn]
        np.testing.assert_allclose(unpack(shown), median(profiles), rtol=1e-6)
        tried.nets += 20
        tried.note(f"profile: {check_start_words(words, median(profiles))}")
        check_factor(factor, profiles)
        dead = sum(profile[0] == 0 for profile in profiles)
        found = re.search(r"In (\d+) of 20 seeds nothing reaches layer 1", words)
        assert (int(found[1]) if found else 0) == dead, words


def check_factor(text: str, profiles: list) -> None:
    known = [profile for profile in profiles if profile[-1] != 0]
    if not known:
        assert text.startswith("no factor"), text
        return
    expected = float(np.median([(profile[0] / profile[-1]) ** (1 / (len(profile) - 1)) for profile in known]))
    assert math.isclose(read_number(re.match(r"× (.+?) per layer", text)[1]), expected, rel_tol=0.06), (
        text,
        expected,
    )


def check_walk(page, setting: dict, tried: Tried) -> None:
    depth, width, gain = int(setting["depth"]), int(setting["width"]), float(setting["gain"])
    sizes, points = [2, *[width] * depth, 1], points_of(page)
    drawn = page.evaluate(
        f"""s => {{ {PACK}
            return [1, 2, 3, 4, 5].map(seed => vgcourse.gainWeights(...s, seed).kernels.map(pack)); }}""",
        [depth, width, gain],
    )
    nets = [look(kernels, sizes, setting["activation"], points) for kernels in drawn]
    gradients = [(net["backprop"] / net["backprop"][-1]) ** 2 for net in nets]
    walks = [median([net["signal"] for net in nets]), median(gradients)]
    shown = page.evaluate(f"() => {{ {PACK} return [{EXPLORER}.signal, {EXPLORER}.gradient].map(pack); }}")
    tried.nets += 5
    for words, ours, theirs, first in zip(
        page.locator(".vg-verdict").all_inner_texts(), walks, map(unpack, shown), (0, -1), strict=True
    ):
        np.testing.assert_allclose(theirs, ours, rtol=1e-6, atol=1e-300)
        tried.note(f"walk: {check_walk_words(words, ours, first)}")


def main(count: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        page = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]).new_page()
        tried, wrong = Tried(), []
        for state, epochs in random_states(count):
            try:
                try_setting(page, state, epochs, tried)
            except AssertionError as error:
                wrong.append(str(error))
        print(*wrong, sep="\n")
        kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(tried.kinds.items()))
        print(f"{count} settings, {tried.nets} nets, {tried.chaotic} of them chaotic, {len(wrong)} wrong: {kinds}")
        sys.exit(bool(wrong))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 320)
