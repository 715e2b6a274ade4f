"""A claim over networks rests on 16 seeds at least, in a lesson's cells and in the kept tables, or is an example.

`few` reads a lesson's code and names every loop over fewer seeds; each such stands in FEW with the words that call it
an example, or that say how many there are.
"""

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
LESSONS = {path.parent.name[:2]: path for path in sorted(ROOT.glob("solutions/0[0-9]_*/*.py"))}
KEPT = sorted((ROOT / "vgcourse" / "published" / "kept").rglob("*.csv"))
ENOUGH = 16
SEEDS = {"seed", "seeds", "s"}
COUNTS = {"networks", "nets"}
NO_SEEDS = {"zip", "enumerate", "plot", "fill_between", "dict"}

# Lesson, what its code says: words of its text about it.
FEW = {
    ("02", "for seed in range(5)"): "Here are five of your nets, fresh from the initializer",
    ("03", "for seed in range(3)"): "(Three are an example, not a verdict.)",
    ("05", "networks=1"): "The histograms and the pictures are of one net each, the printed numbers medians of 20",
}


def code_of(text: str) -> str:
    """A lesson's code cells, without hints and worked calls."""
    cells = re.split(r"^# %%", text, flags=re.MULTILINE)[1:]
    heads = [cell.partition("\n") for cell in cells]
    return "\n".join(body for head, _, body in heads if "[markdown]" not in head)


def few(code: str) -> list[str]:
    """Loops, arguments and defaults that make fewer than 16 networks, as they stand in the code."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.For | ast.comprehension) and _names(node.target) & SEEDS and _is_short(node.iter):
            found.append(f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}")
        elif isinstance(node, ast.Call):
            found += _in_call(node)
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found += [f"seeds: {ast.unparse(v)}" for k, v in pairs if _is(k, "seeds") and _is_short(v)]
        elif isinstance(node, ast.arguments):
            named = zip(node.args[len(node.args) - len(node.defaults) :], node.defaults, strict=True)
            found += [f"{a.arg}={ast.unparse(d)}" for a, d in named if a.arg in COUNTS and _is_small(d)]
    return found


def _in_call(call: ast.Call) -> list[str]:
    name = ast.unparse(call.func).rpartition(".")[2]
    ranges = [ast.unparse(part) for part in call.args if _is_short(part) and name not in NO_SEEDS]
    named = [(k.arg, k.value) for k in call.keywords]
    ranges += [f"{k}={ast.unparse(v)}" for k, v in named if k in SEEDS and _is_short(v)]
    return ranges + [f"{k}={ast.unparse(v)}" for k, v in named if k in COUNTS and _is_small(v)]


def _names(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _is(node: ast.expr | None, word: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == word


def _is_small(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value < ENOUGH


def _is_short(node: ast.expr) -> bool:
    """Whether it is range(n) for a small n, or range(a, b) for two near ones."""
    if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "range" and 0 < len(node.args) < 3):
        return False
    ends = [getattr(part, "value", None) for part in node.args]
    return all(isinstance(end, int) for end in ends) and ends[-1] - (ends[0] if len(ends) > 1 else 0) < ENOUGH


@pytest.mark.parametrize("number", LESSONS)
def test_what_a_lesson_shows_of_few_networks_it_calls_an_example(number):
    text = LESSONS[number].read_text("utf-8")
    plain = " ".join(text.split())
    found = {(number, one) for one in few(code_of(text))}
    assert found == {place for place in FEW if place[0] == number}
    assert all(FEW[place] in plain for place in found)


@pytest.mark.parametrize(
    "code, told",
    [
        ("x = [f(seed) for seed in range(6)]", "for seed in range(6)"),
        ("for k, seed in enumerate(range(6)): f(seed)", None),  # not seen, and in no lesson
        ("for seed in range(100, 108):\n    f(seed)", "for seed in range(100, 108)"),
        ("vg.sweep(depth=3, seeds=range(8))", "seeds=range(8)"),
        ("more = {'seeds': range(8)}", "seeds: range(8)"),
        ("law(growth, depths, range(11))", "range(11)"),
        ("def nets_of(draw, networks=10): ...", "networks=10"),
        ("nets_of(draw, networks=4)", "networks=4"),
        ("[f(seed) for seed in range(16)]", None),
        ("for epoch in range(3): fit()", None),
        ("ax.plot(range(5), h)", None),
    ],
)
def test_few_seeds_are_seen_in_every_form(code, told):
    assert few(code) == ([told] if told else [])


@pytest.mark.parametrize("table", KEPT, ids=lambda path: path.stem)
def test_every_set_up_of_a_kept_table_has_sixteen_runs(table):
    rows = pd.read_csv(table, keep_default_na=False)
    measured = {"loss", "accuracy", "test_accuracy", "score", "without_one", "factor", "left", "first_last"}
    measured |= {"dead", "dead_start", "oddity", "work", "seed"}
    many = rows.groupby([name for name in rows.columns if name not in measured]).seed.nunique()
    fewer = many[many < ENOUGH]
    assert all("+width" in str(set_up) for set_up in fewer.index) and (fewer.empty or fewer.min() >= 10)
    if not fewer.empty:  # lesson 2 alone draws from these
        prose = " ".join(LESSONS["02"].read_text("utf-8").split())
        assert "(fewer, down to 10, where a net is both wide and deep)" in prose
        assert "(in all ten runs of it that the table has)" in prose
