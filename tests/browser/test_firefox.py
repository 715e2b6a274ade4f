"""The pages in Firefox, whose canvas, sliders and workers are not Chromium's: they open, play and listen to keys."""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from firefox import Firefox
from pages import EXPLORER, FOCUS_FIRST, KINDS, PAGE
from test_story import write_story

pytestmark = pytest.mark.browser

RIGHT = "\ue014"
READY = f"Boolean(document.querySelector('.vg canvas')) && !({EXPLORER}).queue?.busy"
COLOURS = """[...document.querySelectorAll('.vg canvas')].map(canvas => new Set(new Uint32Array(
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size)"""


@pytest.fixture(scope="module")
def firefox():
    program = shutil.which("firefox") or shutil.which("firefox-esr")
    if program is None:
        pytest.skip("no Firefox on PATH: install it to see the pages in a second browser")
    if find_spec("websocket") is None:
        pytest.skip("the Python package websocket-client, which speaks to Firefox, comes with JupyterLab's server")
    with Firefox.start(program) as started:
        yield started


@pytest.fixture(autouse=True)
def nothing_went_wrong(firefox):
    yield
    complaints, firefox.complaints = firefox.complaints, []
    assert not complaints, f"console errors: {complaints[:3]}"
    assert not firefox.outside, f"requests to the outside: {firefox.outside[:3]}"


@pytest.mark.parametrize("kind", KINDS)
def test_an_explorer_is_drawn_and_listens_to_the_arrow_keys(firefox, kind):
    firefox.open(f"{PAGE}#{kind}")
    firefox.wait_for(READY)
    assert min(firefox.run(COLOURS)) > 3
    words = firefox.run("document.querySelector('.vg-body').innerText")
    firefox.run(f"({FOCUS_FIRST})('.vg')")
    for _ in range(3):
        firefox.press(RIGHT)
    firefox.wait_for(READY)
    shown = firefox.run("document.querySelector('.vg-body').innerText")
    assert shown != words and not re.search("NaN|undefined|Infinity", shown)
    assert firefox.run("document.documentElement.scrollWidth <= innerWidth")
    firefox.wait_for(f"location.hash.startsWith('#{kind}?')")


def test_a_worker_trains_and_stops(firefox):
    firefox.open(f"{PAGE}#thermometers?depth=2&width=8")
    firefox.wait_for(READY)
    firefox.run("document.querySelector('.vg-primary').click()")
    assert firefox.run(f"Boolean({EXPLORER}.trainer)")
    firefox.wait_for(f"{EXPLORER}.epoch >= 3")
    assert firefox.run(f"Boolean({EXPLORER}.trainer)"), "the worker has failed and the page has taken over"
    firefox.run("document.querySelector('.vg-primary').click()")
    losses = firefox.run(f"{EXPLORER}.runs.map(run => run.losses)")
    again = firefox.run(f"""(() => {{
        const explorer = {EXPLORER}, until = explorer.epoch;
        explorer.reset();
        explorer.runs.forEach(run => {{ while (run.epoch < until) run.trainEpoch(); }});
        return explorer.runs.map(run => run.losses);
    }})()""")
    ended = min(len(run) for run in losses)  # the pause may have come in mid-epoch
    assert ended >= 3 and [run[:ended] for run in again] == [run[:ended] for run in losses]


def test_the_story_is_told_to_its_end(firefox, tmp_path: Path):
    firefox.open(write_story(tmp_path / "story.html"))
    assert firefox.run("document.querySelectorAll('.vg-step').length") == 7
    for step in range(1, 8):
        here = f"document.querySelector('#step-{step}')"
        firefox.run(f"{here}.scrollIntoView()")
        firefox.wait_for(f"Boolean({here}.querySelector('.vg canvas'))")
        firefox.run(f"{here}.querySelector('.vg-ask button').click()")
        firefox.wait_for(f"{here}.classList.contains('vg-open')")
        firefox.wait_for(f"!/Press Show/.test({here}.querySelector('.vg-verdict').innerText)")
        assert not firefox.run(f"/NaN|undefined/.test({here}.innerText)")
    assert "guessed 7 of 7 times" in firefox.run("document.querySelector('.vg-tally').innerText")
