"""The drawn net: every size, factor and thickness of it, and every word, against NumPy (`numpy_network`)."""

import math
import re
from itertools import pairwise

import numpy as np
from numpy_explorers import rms
from numpy_network import feed_forward, lstm, recurrent
from packed import PACK, unpack
from pages import EXPLORER, SHELL
from sentences import check_chain, check_number, check_start_words, check_way

GIVEN = f"""() => {{
    {PACK}
    const {{ pass }} = {EXPLORER};
    {EXPLORER}.finish();
    const part = way => way && {{ size: String(way.size), factor: String(way.factor) }};
    return {{
        columns: pass.columns.map(({{ name, units, sizes }}) => [name, units, sizes && pack(sizes)]),
        arrows: pass.arrows.map(arrow => ({{ ...part(arrow), edges: pack(arrow.edges), to: arrow.to,
            direct: part(arrow.direct), branch: part(arrow.branch),
            shares: [...arrow.edges].map(vgcourse.arrowShare) }})),
        words: document.querySelector('.vg-verdict').innerText,
        product: document.querySelector('.vg-product').innerText, table: {SHELL}.table(),
        said: pass.columns.map((column, i) => {{
            {EXPLORER}.pointer.show(i);
            return {EXPLORER}.canvas.getAttribute('aria-valuetext');
        }}),
    }};
}}"""
DATA = f"""setting => {{
    {PACK}
    const {{ form, depth, width }} = setting;
    if (form === 'plain' || form === 'skip') {{
        const sizes = [2, ...Array(depth + (form === 'skip')).fill(width), 1];
        const {{ x, y }} = vgcourse.points;
        return {{ sizes, kernels: vgcourse.kernelsOf({{ ...setting, sizes }}).map(pack), x: pack(x), y: pack(y) }};
    }}
    const {{ inputs, answers }} = vgcourse.sequences(depth);
    const {{ input, recurrent, output }} = vgcourse.timeWeights({{ ...setting, gates: form === 'lstm' ? 4 : 1 }});
    return {{ kernels: [input, recurrent, output].map(pack), x: inputs.map(pack), y: pack(answers) }};
}}"""


NUMBERS = {"depth": int, "width": int, "seed": int, "forget_bias": float}


def check_network(page, given: dict, tried) -> None:
    setting = {key: NUMBERS.get(key, str)(value) for key, value in given.items()}
    shown, expected = page.evaluate(GIVEN), expected_pass(page, setting)
    tried.nets += 1
    assert len(shown["columns"]) == len(expected["columns"])
    for (_, _, sizes), theirs in zip(shown["columns"], expected["columns"], strict=True):
        assert (sizes is None) == (theirs is None)
        if sizes is not None:
            same(unpack(sizes), theirs, str(given))
    for ours, theirs in zip(shown["arrows"], expected["arrows"], strict=True):
        compare_arrow(ours, theirs, given)
    profile = [rms(unpack(sizes)) for name, _, sizes in shown["columns"] if name.isdigit()]
    noun = {"plain": "layer", "skip": "block"}.get(setting["form"], "step")
    tried.note(f"{setting['form']}: {check_start_words(shown['words'], profile, noun)}")
    check_product(shown["product"], profile)
    for at, words in enumerate(said_of_numbered(shown)):
        check_column(words, profile, at, shown["arrows"])
    check_table(shown, expected, noun)


def expected_pass(page, setting):
    given = page.evaluate(DATA, setting)
    kernels, y = [unpack(text) for text in given["kernels"]], unpack(given["y"])
    width = setting["width"]
    with np.errstate(all="ignore"):
        if "sizes" in given:
            shaped = [k.reshape(shape) for k, shape in zip(kernels, pairwise(given["sizes"]), strict=True)]
            points = unpack(given["x"]).reshape(-1, 2)
            return feed_forward(shaped, setting["activation"], points, y, setting["form"] == "skip")
        steps = np.array([unpack(text) for text in given["x"]])
        gates = 4 if setting["form"] == "lstm" else 1
        weights = kernels[0].reshape(1, -1), kernels[1].reshape(width, gates * width), kernels[2].reshape(width, 1)
        if gates == 4:
            return lstm(*weights, setting["forget_bias"], steps, y)
        return recurrent(*weights, setting["activation"], steps, y)


def as_float(text):
    return float(text.replace("Infinity", "inf"))


def same(shown, expected, what):
    """To four digits and more: of a saturated tanh's slope, 1 - h², a float keeps no more than a few."""
    np.testing.assert_allclose(shown, expected, rtol=1e-4, atol=1e-300, equal_nan=True, err_msg=what)


def compare_arrow(ours, theirs, state):
    edges = unpack(ours["edges"])
    same(edges, theirs["edges"].ravel(), state)
    for part in (None, "direct", "branch"):
        one, other = (ours, theirs) if part is None else (ours[part], theirs[part])
        assert (one is None) == (other is None), state
        if one:
            same([as_float(one["size"]), as_float(one["factor"])], [other["size"], other["factor"]], state)
    for size, share in zip(edges, ours["shares"], strict=True):
        expected = min(1, max(0, (math.log10(size) + 8) / 12)) if 0 < size < math.inf else float(size != 0)
        assert math.isclose(share, expected, abs_tol=1e-9), (size, share)


def said_of_numbered(shown):
    return [words for (name, _, _), words in zip(shown["columns"], shown["said"], strict=True) if name.isdigit()]


def check_column(words, profile, at, arrows):
    """What is said of a column, the roads around and through among it; the last one comes from the output."""
    if at < len(profile) - 1:
        noun = words.split()[0]
        check_way(words, profile, at, noun)
        direct, branch = (arrows[len(profile) - 1 - at][way] for way in ("direct", "branch"))
        found = re.search(r"\((\S+(?: million| × 10\S+)?) around, (.+) through\)", words)
        assert bool(found) == bool(direct), words
        for text, way in zip(found.groups() if found else (), (direct, branch), strict=False):
            check_number(text, as_float(way["factor"]), words)


def check_product(words, profile):
    """The factors of the whole way, and what they make together."""
    if len(profile) > 1:
        check_chain(words, profile, 0)


def check_table(shown, expected, noun):
    """A row a column, from the input on: its size, its factor, and those of the ways around and through."""
    _, head, rows = shown["table"]
    assert head[0] == noun
    arrows = list(reversed(expected["arrows"]))
    assert len(rows) == len(arrows)
    for (_, *texts), arrow in zip(rows, arrows, strict=True):
        ways = [arrow[way] and arrow[way]["factor"] for way in ("direct", "branch")]
        for text, value in zip(texts, [arrow["size"], arrow["factor"], *ways], strict=True):
            assert (text == "none") == (value is None), (texts, arrow)
            if value is not None:
                check_number(text, value, texts)
