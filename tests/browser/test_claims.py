"""What an explorer says over itself holds whatever its controls are turned to: at their ends, and in the corners.

Every sentence of a lead stands here with what it claims; one that claims nothing asks or invites.
"""

import re

import numpy as np
import pytest
from pages import EXPLORER, PAGE, open_explorer

pytestmark = pytest.mark.browser

FREE = None  # a question, an invitation, or what is true of every picture of its kind
SAME_BATCHES = f"""() => {{
    const {{ runs }} = {EXPLORER}, same = list => list.every(one => String(one) === String(list[0]));
    runs.forEach(run => run.trainEpoch());
    const going = runs.filter(run => !run.blownUp);
    return same(runs.map(run => run.data.x)) && same(runs.map(run => run.hidden))
        && same(runs.map(run => run.setting.seed)) && same(going.map(run => run.order));
}}"""
SIZES_OF_WEIGHTS = """({ depth, width, initializer }) => {
    const sizes = [2, ...Array(Math.min(depth, 3)).fill(width), 1], nets = { sigmoid: [], tanh: [], relu: [] };
    for (const activation of Object.keys(nets)) {
        const sums = sizes.slice(1).map(() => 0), draws = Math.ceil(600 / width);
        for (let seed = 0; seed < draws; seed += 1)
            vgcourse.kernelsOf({ sizes, initializer, activation, seed })
                .forEach((kernel, l) => { sums[l] += kernel.reduce((sum, w) => sum + w * w, 0) / kernel.length; });
        nets[activation] = sums;
    }
    return nets;
}"""


def drawn_wider(page, values) -> bool:
    """With the matched weights relu's hidden layers alone are wider; with all others no layer of any net is."""
    sizes = page.evaluate(SIZES_OF_WEIGHTS, values)
    others, relu = np.array([sizes["sigmoid"], sizes["tanh"]]), np.array(sizes["relu"])
    if values["initializer"] != "matched":
        return bool((others == relu).all())
    return bool((relu[:-1] > 1.1 * others[:, :-1]).all() and (relu[-1] == others[:, -1]).all())


def blocks(page, values) -> bool:
    """The same weights before training, one net with skips; the scale is that of the control."""
    runs = page.evaluate(
        f"""() => {EXPLORER}.runs.map(({{ net }}) => ({{ skip: Boolean(net.skip), scale: net.scale,
            start: net.kernels.map(kernel => [...kernel]).join() }}))"""
    )
    chosen = values["branch_scale"]
    scale = values["depth"] ** -0.5 if chosen == "1/sqrt(depth)" else float(chosen)
    return [run["skip"] for run in runs] == [False, True] and all(abs(run["scale"] - scale) < 1e-12 for run in runs)


def same_start(page, values) -> bool:
    starts = page.evaluate(f"() => {EXPLORER}.runs.map(({{ net }}) => net.kernels.map(k => [...k]).join(' '))")
    return starts[0] == starts[1] and page.evaluate(SAME_BATCHES)


def variance_is_gain_squared_over_n(page, values) -> bool:
    """Mean square of each hidden layer's weights, times n / gain², over many draws."""
    ratios = page.evaluate(
        """({ depth, width, gain }) => {
            const layers = Math.min(depth, 4), draws = Math.ceil(4000 / (2 * width)), sums = Array(layers).fill(0);
            for (let seed = 0; seed < draws; seed += 1)
                vgcourse.gainWeights(depth, width, gain, seed).kernels.slice(0, layers).forEach((kernel, l) => {
                    sums[l] += kernel.reduce((sum, w) => sum + w * w, 0) / kernel.length / draws;
                });
            return sums.map((mean, l) => mean * (l ? width : 2) / gain ** 2);
        }""",
        values,
    )
    return all(0.85 < ratio < 1.15 for ratio in ratios)


def arrows_are_logarithms(page, values) -> bool:
    """Thickness from 10⁻⁸ to 10⁴, and the number on an arrow: what arrives over what it came from."""
    thick = page.evaluate("() => [-9, -8, -2, 4, 5].map(e => vgcourse.arrowShare(10 ** e))")
    factors = page.evaluate(
        f"""() => {EXPLORER}.pass.arrows.map(({{ from, to, size, factor }}) => {{
            const rms = i => {{
                const {{ sizes }} = {EXPLORER}.pass.columns[i], most = Math.max(...sizes);
                return most && most * Math.sqrt(sizes.reduce((sum, s) => sum + (s / most) ** 2, 0) / sizes.length);
            }};
            return Math.abs(factor - rms(to) / rms(from)) <= 1e-9 * factor && Math.abs(size - rms(to)) <= 1e-9 * size;
        }})"""
    )
    return thick == [0, 0, 0.5, 1, 1] and all(factors)


def twenty_nets(page, values) -> bool:
    return page.evaluate(f"() => {EXPLORER}.panels.every(panel => panel.nets.length === 20)")


CLAIMS = {
    "thermometers": {
        "The nets have the same data, depth and seed.": lambda page, values: page.evaluate(SAME_BATCHES),
        "They differ in the activation, and with the initial weights “Glorot, He for relu” the hidden layers of relu "
        "are drawn wider as well.": drawn_wider,
        "Does every net learn, and does a gradient reach its first layer?": FREE,
        "Guess, then press Train.": FREE,
    },
    "network": {
        "The net has answered; now its error goes back through the same connections.": FREE,
        "Every arrow is as thick as the logarithm of the gradient it brings, from 10⁻⁸ to 10⁴, and the number on it "
        "says how many times as large that gradient is as the one it came from.": arrows_are_logarithms,
    },
    "depth_profile": {
        "Twenty nets for each activation, all before training.": twenty_nets,
        "The axis is logarithmic: where a line is straight, every layer multiplies the gradient by the same factor "
        "on its way back to the left.": FREE,
    },
    "variance_walk": {
        "The hidden layers' weights are drawn with variance gain² / n, n being the number of inputs of a "
        "unit.": variance_is_gain_squared_over_n,
        "Turn the gain: the signal walks to the right, the gradient back to the left.": FREE,
        "Is there a gain that lets both through?": FREE,
    },
    "skip": {
        "Both nets start from the same weights and see the same batches.": same_start,
        "A block of the plain net answers scale · W φ(x), one with a skip x + scale · W φ(x).": blocks,
        "Watch the first block's gradient, then press Train.": FREE,
    },
    "player": {
        "What every layer's weights and gradients looked like while the net was training.": FREE,
        "Drag the slider, or press Play.": FREE,
        "The thin outline is the first moment of the recording.": FREE,
    },
}


def fields_of(page, kind: str) -> tuple[dict, str, str]:
    fields, words = page.evaluate(
        "kind => ['fields', 'words'].map(part => structuredClone(vgcourse.EXPLORERS[kind][part]))",
        kind,
    )
    return fields, words["title"], words["lead"]


def extremes(fields: dict, corners: int):
    """Every control at each of its ends or choices, the others as they open; and corners of all of them."""
    ends = {
        key: list(field.get("options") or [*field.get("words", {}), field["low"], field["high"]])
        for key, field in fields.items()
    }
    opening = {key: field["initial"] for key, field in fields.items()}
    chosen = [opening | {key: value} for key, values in ends.items() for value in values if value != opening[key]]
    rng = np.random.default_rng(5)
    for _ in range(corners):
        chosen.append({key: values[int(rng.integers(len(values)))] for key, values in ends.items()})
    return [opening, *chosen]


@pytest.mark.parametrize("kind", CLAIMS)
def test_a_lead_holds_at_the_ends_of_all_controls(watched, kind):
    page = watched.page
    page.goto(PAGE)
    fields, title, lead = fields_of(page, kind)
    assert title.endswith("?") or kind == "player", "a title that claims something needs a check"
    assert re.split(r"(?<=[.?!]) (?=[A-Z])", lead) == list(CLAIMS[kind])
    checks = [(words, check) for words, check in CLAIMS[kind].items() if check]
    for values in extremes(fields, corners=4) if checks else ():
        open_explorer(page, f"{kind}?" + "&".join(f"{key}={value}" for key, value in values.items()))
        for words, check in checks:
            assert check(page, values), (words, values)
    watched.assert_clean()


def test_what_lesson_2_says_of_its_panel_is_what_the_panel_says(watched):
    """Opened as the lesson opens it: tanh in the middle, its first layer ahead, by what the panel calls similar."""
    for seed in (1, 2, 3):
        open_explorer(
            watched.page, f"depth_profile?depth=5&width=5&initializer=uniform&gradient=backprop&seed={seed}"
        )
        names = watched.page.evaluate(f"() => {EXPLORER}.panels.map(panel => panel.name)")
        words = watched.page.locator(".vg-verdict").all_inner_texts()[1]
        profile = watched.page.evaluate(f"() => [...{EXPLORER}.panels[1].median]")
        assert names[1] == "tanh" and "similar size" in words and profile[0] > profile[-1], words
