"""What is drawn lies where its axis says: lines and bars are read back from canvases through the labels beside them.

``watch_lines(page)`` before the page is opened; ``python tests/browser/drawn_lines.py 120`` tries so many random
settings of the explorers that draw lines, and as many recordings in the player; the suite tries a sample.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from pages import EXPLORER, open_explorer
from player_recordings import every_kind, page_with
from random_settings import random_states
from sentences import read_number

KINDS = ("depth_profile", "variance_walk", "thermometers", "skip")
SLACK = 0.6  # px
LN2 = float(np.log(2))
MINUS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
WATCH = """(() => {
    const proto = CanvasRenderingContext2D.prototype, own = {};
    for (const name of ['clearRect', 'beginPath', 'moveTo', 'lineTo', 'stroke', 'fillText', 'fillRect'])
        own[name] = proto[name];
    const noted = g => (g.canvas.drawn ??= { texts: [], lines: [], bars: [] });
    proto.clearRect = function (x, y, w, h) {
        if (w * h > 1000) this.canvas.drawn = undefined;
        own.clearRect.call(this, x, y, w, h);
    };
    proto.beginPath = function () { this.path = []; own.beginPath.call(this); };
    for (const name of ['moveTo', 'lineTo'])
        proto[name] = function (x, y) { (this.path ??= []).push([x, y]); own[name].call(this, x, y); };
    proto.stroke = function () {
        if (this.path?.length) noted(this).lines.push(this.path);
        own.stroke.call(this);
    };
    proto.fillText = function (text, x, y) {
        noted(this).texts.push([String(text), x, y]);
        own.fillText.call(this, text, x, y);
    };
    proto.fillRect = function (...box) {
        noted(this).bars.push(box);
        own.fillRect.apply(this, box);
    };
})()"""
# Numbers travel as text: JSON has neither NaN nor infinity.
LINES = {
    "depth_profile": f"""() => {EXPLORER}.panels.map(({{ canvas, median, prediction }}) =>
        ({{ drawn: canvas.drawn, curves: [median, prediction ?? []].map(list => Array.from(list, String)) }}))""",
    "variance_walk": f"""() => {{
        const {{ canvas, nets, signal, gradient, theory }} = {EXPLORER};
        const walks = [{{ signal, gradient }}, theory, ...nets].flatMap(one => [one.signal, one.gradient]);
        return [{{ drawn: canvas.drawn, curves: walks.map(list => Array.from(list, String)) }}];
    }}""",
    "race": f"""epochs => {{
        const explorer = {EXPLORER};
        explorer.runs.forEach(run => {{ while (run.epoch < epochs && !run.blownUp) run.trainEpoch(); }});
        explorer.pause();
        explorer.draw();
        return explorer.cards.map(({{ canvases, run }}) =>
            ({{ drawn: canvases.loss.drawn, curves: [Array.from(run.losses, String)] }}));
    }}""",
}
PLAYER = """([at, moment]) => {
    const { explorer } = document.querySelectorAll('.vg-mount .vg')[at].vgShell;
    explorer.go(moment);
    return { curve: explorer.curve.isConnected ? explorer.curve.drawn : null, layers: explorer.layers.drawn };
}"""


def watch_lines(page) -> None:
    """From the next page on, remember what is drawn on canvases."""
    page.add_init_script(WATCH)


def check_lines(page, state: str, epochs: int) -> int:
    """Open the setting and compare what it draws; returns how many curves were compared."""
    open_explorer(page, state)
    kind = state.partition("?")[0]
    pictures = page.evaluate(LINES.get(kind, LINES["race"]), epochs)
    for picture in pictures:
        for curve in picture["curves"]:
            values = np.array(curve, float)
            if len(values):
                check_curve(picture["drawn"], values, state, free=kind == "variance_walk", log=kind in LINES)
    return sum(len(picture["curves"]) for picture in pictures)


def check_curve(drawn: dict, values, note: str, free: bool = False, log: bool = True) -> None:
    """Some line runs through all of the values that the axis can show: those that are 0 or no number have no place.

    free: a line that leaves the scale runs on outside of it; else it is held at its ends.
    """
    height = powers_of(drawn["texts"]) if log else losses_of(drawn)
    if log:
        shown = values[np.isfinite(values) & (values > 0)] if not free else values[np.isfinite(values)]
        expected = [height(np.log10(value)) if value > 0 else None for value in shown]
    else:
        shown = values[np.isfinite(values)]
        expected = [height(min(1.0, value)) for value in shown]
    if not len(shown):
        return
    lines = [line for line in drawn["lines"] if len(line) == len(shown)]
    assert any(through(line, expected) for line in lines), (note, shown.tolist(), lines)


def through(line, expected) -> bool:
    return all(at is None or abs(y - at) < SLACK for (_, y), at in zip(line, expected, strict=True))


def powers_of(texts):
    """The height of an exponent, as the powers of ten at the axis say."""
    marks = [(int(text[2:].translate(MINUS)), y) for text, x, y in texts if re.fullmatch(r"10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", text)]
    return straight(marks)


def losses_of(drawn):
    """The height of a loss, from the label of guessing and the line at 0."""
    (guessing,) = [y for text, _, y in drawn["texts"] if text == "0.69"]
    return straight([(0.0, level_of(drawn)), (LN2, guessing)])


def level_of(drawn) -> float:
    """Where the line at 0 is: the first that is drawn, from left to right."""
    return next(y for (x0, y), (x1, y1) in pairs_of(drawn["lines"]) if y == y1 and x0 != x1)


def pairs_of(lines):
    return [line for line in lines if len(line) == 2]


def straight(marks):
    """A function through marks (value, place); they must lie on one straight line."""
    values, places = np.array(marks, float).T
    slope, start = np.polyfit(values, places, 1)
    assert np.abs(start + slope * values - places).max() < SLACK, marks
    return lambda value: start + slope * value


# -------------------------------------------------- player


def check_player(page, at: int, recording) -> int:
    """Every moment of a recording: the curve of the loss, and the bars of every layer's gradients."""
    for moment in range(len(recording.epochs)):
        drawn = page.evaluate(PLAYER, [at, moment])
        note = f"recording {at}, moment {moment}"
        if drawn["curve"]:
            check_loss(drawn["curve"], recording.loss, moment, note)
        check_bars(drawn["layers"], recording, moment, note)
    return len(recording.epochs)


def check_loss(drawn: dict, losses, moment: int, note: str) -> None:
    known = losses[np.isfinite(losses)]
    labels = {text: y for text, _, y in drawn["texts"]}
    if known.min() >= 0:
        height, most = losses_of(drawn), max(0.8, 1.05 * min(5, known.max()))
    else:
        (lowest,) = [text for text in labels if text.startswith("−")]
        assert abs(read_number(lowest[1:]) / -known.min() - 1) < 0.06, (note, lowest, known)
        assert "0.69" not in labels, "a loss below 0 is none of guessing"
        height, most = (
            straight([(known.min(), labels[lowest] + 3), (0.0, level_of(drawn))]),
            max(0, min(known.max(), -known.min())),
        )
    expected = [height(min(most, value)) for value in known]
    lines = [line for line in drawn["lines"] if len(line) == len(known)]
    assert any(through(line, expected) for line in lines), (note, known, lines)
    assert any("▲ up to" in text for text in labels) == bool(known.max() > most), (note, labels)


def check_bars(drawn: dict, recording, moment: int, note: str) -> None:
    """The bars of the gradients against a histogram of their logarithms between the axis's powers of ten."""
    rules = [line[0][0] for line in pairs_of(drawn["lines"]) if line[0][0] == line[1][0]]
    marks = [
        (int(text[2:].translate(MINUS)), min(rules, key=lambda at, x=x: abs(at - x)))  # a label may be moved inwards
        for text, x, _ in drawn["texts"]
        if re.fullmatch(r"10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", text)
    ]
    if len(marks) < 2:
        return
    (low, left), slope = marks[0], (marks[-1][1] - marks[0][1]) / (marks[-1][0] - marks[0][0])
    rows = [bar for bar in drawn["bars"] if bar[0] >= left - SLACK and bar[2] < 30]
    bottoms = sorted({round(y + h, 2) for _, y, _, h in rows})
    layers = [
        np.asarray(recording.kernel_gradients[name][moment], float).ravel()
        for name in recording.layers
        if name in recording.kernel_gradients
    ]
    layers = [values for values in layers if np.isfinite(values).all()]
    assert len(bottoms) == len(layers), (note, bottoms, len(layers))
    for bottom, values in zip(bottoms, layers, strict=True):
        bars = sorted((x, h) for x, y, _, h in rows if abs(y + h - bottom) < SLACK)
        starts, heights = np.array(bars).T
        width = np.diff(starts).mean() / slope
        exponents = np.log10(np.abs(values[values != 0]))
        column = np.clip((exponents - low) / width, 0, len(bars) - 1).astype(int)
        counts = np.bincount(column, minlength=len(bars))
        if not counts.max():
            assert not heights.any(), note
            continue
        off = np.abs(heights / heights.max() * counts.max() - counts)
        assert off.sum() <= 0.02 * counts.sum() + 0.5 * (counts > 0).sum() * counts.max() / 255 + 2, (note, off)


def main(count: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        page = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]).new_page()
        watch_lines(page)
        wrong, seen = [], 0
        for state, epochs in random_states(count, 11, KINDS):
            try:
                seen += check_lines(page, state, epochs)
            except AssertionError as error:
                wrong.append(f"{state}, {epochs} epochs: {str(error)[:600]}")
        recordings = list(every_kind(count, seed=2))
        page.goto(page_with(recordings, Path(folder)))
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        for at, recording in enumerate(recordings):
            try:
                seen += check_player(page, at, recording)
            except AssertionError as error:
                wrong.append(str(error)[:600])
        print(*wrong, sep="\n")
        print(f"{count} settings and {count} recordings, {seen} curves and moments, {len(wrong)} wrong")
        sys.exit(bool(wrong))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
