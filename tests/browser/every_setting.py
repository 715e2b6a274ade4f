"""Random settings of the explorers' menus: every sentence, number and mark is held against NumPy (`numpy_explorers`).

``python tests/browser/every_setting.py 320 [KIND …]`` tries 320 of them (a few minutes), ``--seed 2`` others; the
suite tries a sample. Kinds: those of `random_settings.DRAWN`, ``way_back`` and ``through_time`` for the drawn net.
Nets whose training is chaotic (a change of 10⁻¹² in the weights changes what is shown) cannot be compared over
epochs; their sentences and marks are held against the explorer's own numbers instead, and their share is printed.
"""

import argparse
import math
import re
import shutil
import sys
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import numpy as np
from before_training import check_columns, check_profile, check_walk
from drawn_net import check_network
from numpy_explorers import Oracle
from packed import PACK, unpack
from pages import EXPLORER, open_explorer
from random_settings import DRAWN, KINDS, random_states
from sentences import check_learning_words, check_number, check_start_words, check_way

CEILINGS = {"circles": 0.99, "close_circles": 0.84, "moons": 0.99}
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
    const [title, head, rows] = explorer.shell.table();
    explorer.cards.forEach(({{ run, root, way, captions }}, i) => Object.assign(nets[i], {{
        way: [pointed, way.innerText, explorer.spec.unit],
        history: run.history.map(moment => ({{ backprop: pack(moment.backprop), kernel: pack(moment.kernel) }})),
        scores: pack([run.loss, run.accuracy, run.epoch]), quantity, marks: vgcourse.tubeMarks(run.now[quantity]),
        blown: run.blown, words: root.querySelector('.vg-verdict').innerText,
        loss: root.querySelector('.vg-loss').innerText, answers: captions.field.textContent,
        range: [run.low, run.high], losses: pack(run.losses),
        table: [title, head, rows.map(row => [row[0], ...row.slice(1 + 2 * i, 3 + 2 * i)])],
    }}));
    return nets;
}}"""

BEFORE_TRAINING = {"depth_profile": check_profile, "variance_walk": check_walk, "network": check_network}


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
    check = BEFORE_TRAINING.get(kind)
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
        net["compared"] = True
        try:
            compare_runs(net, theirs, ours)
        except AssertionError:
            if steady(net, kernels, ours):
                raise
            tried.chaotic += 1
            net["compared"] = False
        loss, accuracy, epoch = unpack(net["scores"])
        run = {"loss": loss, "right": 100 * accuracy, "epoch": int(epoch), "history": theirs, "ceiling": ceiling}
        at, words, noun = net["way"]
        tried.note(check_start_words(net["words"], theirs[0][net["quantity"]], noun))
        tried.note(check_learning_words(net["words"], run, net["blown"]))
        check_marks(net["marks"], theirs[-1][net["quantity"]])
        check_way(words, theirs[-1][net["quantity"]], at, noun)
        check_scores(net, loss, ours)
        check_columns(net["table"], (1, 2), (theirs[0][net["quantity"]], theirs[-1][net["quantity"]]), state)


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
    answers = 1 / (1 + np.exp(-oracle.forward(x)[0][-1]))
    oracle.answers = float(answers.min()), float(answers.max())
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
    curve = unpack(net["losses"])
    if blown is None:
        np.testing.assert_allclose(curve, ours.losses, rtol=1e-3)
        assert math.isclose(loss, ours.scores[0], rel_tol=1e-3) and accuracy == ours.scores[1]


def check_scores(net: dict, loss: float, ours: Oracle) -> None:
    """The line under the name, the end of the curve, and what the net is said to answer."""
    np.testing.assert_equal(unpack(net["losses"])[-1], loss)
    said = re.fullmatch(r"loss (.+) \(guessing: 0\.693\)", net["loss"])
    assert said, net["loss"]
    close = math.isclose(float(said[1]), loss, abs_tol=6e-4) if re.fullmatch(r"\d+\.\d{3}", said[1]) else None
    if close is None:
        check_number(said[1], loss, net["loss"])
    assert close is not False, (net["loss"], loss)
    low, high = net["range"]
    numbers = re.findall(r"[01]\.\d\d", net["answers"])
    if not numbers:
        assert "no numbers are left" in net["answers"] and net["blown"], net["answers"]
        return
    assert (len(numbers) == 2) == ("every point" not in net["answers"]), net["answers"]
    for number, shown in zip(numbers, (low, high), strict=False):
        assert abs(float(number) - shown) < 0.00501, (net["answers"], low, high)
    if net["blown"] is None and net["compared"]:
        assert math.isclose(low, ours.answers[0], abs_tol=1e-4) and math.isclose(high, ours.answers[1], abs_tol=1e-4)


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


def main(count: int, kinds: list[str], seed: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        page = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]).new_page()
        tried, wrong = Tried(), []
        for state, epochs in random_states(count, seed, kinds):
            try:
                try_setting(page, state, epochs, tried)
            except AssertionError as error:
                wrong.append(str(error))
        print(*wrong, sep="\n")
        said = ", ".join(f"{kind} {number}" for kind, number in sorted(tried.kinds.items()))
        print(f"{count} settings, {tried.nets} nets, {tried.chaotic} of them chaotic, {len(wrong)} wrong: {said}")
        sys.exit(bool(wrong))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("count", type=int, nargs="?", default=320)
    options.add_argument("kinds", nargs="*", default=KINDS, metavar="KIND", help=", ".join(DRAWN))
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    main(chosen.count, chosen.kinds, chosen.seed)
