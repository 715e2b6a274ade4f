"""What a moved slider shows comes from a worker: the same as where there is none, or it fails, or nobody can wait."""

import json
import random

import pytest
from pages import EXPLORER, SHELL, open_explorer

pytestmark = pytest.mark.browser

WITHOUT = "delete window.Worker"
FAILING = """window.Worker = class {
    terminate() {}
    postMessage() { setTimeout(() => this.onerror(new Event('error', { cancelable: true }))); }
}"""
DEAF = "window.Worker = class { terminate() {} postMessage() {} }"
MOVE = """([key, share]) => {
    const slider = document.querySelector(`input[data-key=${key}]`);
    slider.value = Number(slider.min) + share * (slider.max - slider.min);
    slider.dispatchEvent(new Event('input'));
}"""
SHOWN = f"() => JSON.stringify([{SHELL}.values, {SHELL}.table(), document.querySelector('.vg-body').innerText])"
STARTS = [
    "thermometers?initializer=normal&width=8",
    "skip?width=8&branch_scale=1/sqrt(depth)",
    "depth_profile?width=4&gradient=kernel",
    "variance_walk?width=8&activation=relu",
]


def moves(state: str) -> list[tuple[str, float]]:
    """Three places of the slider, drawn, its two ends among them."""
    key = "gain" if state.startswith("variance_walk") else "depth"
    return [(key, share) for share in (0.0, random.Random(state).random(), 1.0)]


def shown_after(page, state: str, settled: str) -> list:
    seen = []
    open_explorer(page, state)
    for move in moves(state):
        page.evaluate(MOVE, move)
        page.evaluate(settled)
        page.wait_for_function(f"!{EXPLORER}.queue.busy")
        seen.append(json.loads(page.evaluate(SHOWN)))
    return seen


@pytest.mark.parametrize("state", STARTS, ids=lambda state: state.partition("?")[0])
def test_a_worker_answers_what_the_page_would(state, open_page):
    told = {}
    for way, script, settled in [
        ("worker", "", "0"),
        ("without", WITHOUT, "0"),
        ("failing", FAILING, "0"),
        ("deaf, and nobody waits", DEAF, f"{EXPLORER}.queue.finish()"),
    ]:
        watched = open_page()
        watched.page.add_init_script(script)
        told[way] = shown_after(watched.page, state, settled)
        assert watched.page.evaluate(f"Boolean({EXPLORER}.away.worker)") == (way not in ("without", "failing"))
        watched.assert_clean()
        watched.page.close()
    assert len({json.dumps(shown[0]) for shown in told["worker"]}) == 3  # each move was another setting
    for way, shown in told.items():
        assert shown == told["worker"], way


def test_what_was_overtaken_is_not_shown(open_page):
    """A burst of moves, none of which waits for the one before: what stands at the end is the last one's."""
    watched = open_page()
    page = watched.page
    for state in STARTS:
        open_explorer(page, state)
        key = moves(state)[0][0]
        for share in (0.9, 0.1, 0.5, 0.3, 0.8, 0.2):
            page.evaluate(MOVE, [key, share])
        page.wait_for_function(f"!{EXPLORER}.queue.busy")
        after_burst = page.evaluate(SHOWN)
        [kind, query] = state.split("?")
        value = json.loads(after_burst)[0][key]
        open_explorer(page, f"{kind}?{key}={value}&{query}")
        assert json.loads(page.evaluate(SHOWN))[1:] == json.loads(after_burst)[1:], state
    watched.assert_clean()
