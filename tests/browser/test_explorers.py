"""The explorers in a real JupyterLab: they open, they answer, and kernel and picture agree."""

import pytest
from pages import FOCUS_FIRST, KINDS

pytestmark = pytest.mark.browser

CELLS = [
    "import vgcourse as vg\nrecording = vg.Recording.load('run.npz')",
    *(f"{kind} = vg.explore.{kind}({'recording, moment=2' if kind == 'player' else ''}); {kind}" for kind in KINDS),
]


@pytest.fixture(scope="module")
def notebook(open_lasting_page, lab):
    """A notebook with every explorer in it, run; the page stays open for the tests of this module."""
    pytest.importorskip("tensorflow")
    import vgcourse as vg

    x, y = vg.circles()[:2]
    net = vg.mlp(3, activation="sigmoid")
    vg.train(net, x[:64], y[:64], epochs=3).save(lab.root / "run.npz")
    watched = open_lasting_page()
    lab.write_notebook("explorers.ipynb", CELLS)
    lab.open(watched.page, "explorers.ipynb")
    lab.run_all(watched.page)
    return watched


def show(page, kind: str):
    """Scroll to an explorer; JupyterLab draws the cells in view only."""
    page.evaluate(
        "index => jupyterapp.shell.currentWidget.content.scrollToItem(index, 'start')", 1 + KINDS.index(kind)
    )
    page.wait_for_selector(f".vg-{kind} canvas")
    page.locator(f".vg-{kind}").scroll_into_view_if_needed()


def pictures(page, kind: str) -> str:
    return page.evaluate(
        "kind => [...document.querySelectorAll(`.vg-${kind} canvas`)].map(c => c.toDataURL()).join()", kind
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_explorer_opens_answers_its_slider_and_tells_the_kernel(notebook, lab, kind):
    page = notebook.page
    show(page, kind)
    before, state = pictures(page, kind), lab.python(page, f"print({kind}.state)")
    page.evaluate(FOCUS_FIRST, f".vg-{kind}")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert pictures(page, kind) != before
    assert lab.python(page, f"print({kind}.state)") != state
    notebook.assert_clean()


def test_keys_move_the_slider_and_not_the_notebook(notebook):
    page = notebook.page
    show(page, "thermometers")
    active = "jupyterapp.shell.currentWidget.content.activeCellIndex"
    cells = "jupyterapp.shell.currentWidget.content.widgets.length"
    page.focus(".vg-thermometers [data-key=depth]")
    before = page.evaluate(f"[{active}, {cells}]")
    depth = int(page.input_value(".vg-thermometers [data-key=depth]"))
    for key in ("ArrowDown", "a", "b", "d", "d"):
        page.keyboard.press(key)
    assert int(page.input_value(".vg-thermometers [data-key=depth]")) == depth - 1
    assert page.evaluate(f"[{active}, {cells}]") == before


def test_training_in_the_notebook_ends_in_a_verdict(notebook):
    page = notebook.page
    show(page, "thermometers")
    page.click(".vg-thermometers .vg-buttons >> text=Step")
    assert "epoch" in page.inner_text(".vg-thermometers .vg-aside")
    assert page.inner_text(".vg-thermometers .vg-aside strong") == "1"
    assert "Not trained yet" not in page.inner_text(".vg-thermometers .vg-body")
    notebook.assert_clean()


def test_the_kernel_moves_the_sliders_and_the_code_opens_the_same_explorer(notebook, lab):
    page = notebook.page
    show(page, "depth_profile")
    lab.python(page, "depth_profile.state = 'depth_profile?depth=23&width=8'")
    page.wait_for_function("document.querySelector('.vg-depth_profile [data-key=depth]').value === '23'")
    page.click(".vg-depth_profile .vg-more summary")
    page.select_option(".vg-depth_profile [data-key=seed]", "5")
    page.wait_for_timeout(400)
    same = lab.python(
        page, "again = eval(depth_profile.code); print(again.state == depth_profile.state, again.state)"
    )
    assert same.startswith("True") and "depth=23" in same and "seed=5" in same
    notebook.assert_clean()


def test_a_bad_setting_from_python_is_explained_in_the_explorer(notebook, lab):
    page = notebook.page
    show(page, "skip")
    lab.python(page, "skip.state = vg.explore.skip(depth=400, learning_rate=float('nan')).state")
    page.wait_for_selector(".vg-skip .vg-problems p")
    said = page.inner_text(".vg-skip .vg-problems")
    assert "depth=400 is not a whole number from 1 to 50: showing 50" in said
    assert "learning_rate=nan is not a finite number" in said
    assert page.locator(".vg-skip canvas").count() > 0
    notebook.assert_clean()


def test_player_shows_the_recording_of_a_keras_run(notebook, lab):
    page = notebook.page
    show(page, "player")
    page.click(".vg-player >> text=The numbers")
    page.wait_for_selector(".vg-player tbody tr")
    moment = int(page.input_value(".vg-player [data-key=moment]"))
    names = page.locator(".vg-player tbody th").all_inner_texts()
    assert names == ["hidden_1", "hidden_2", "hidden_3", "output"]
    shown = page.locator(".vg-player tbody tr >> nth=0 >> td >> nth=0").inner_text()
    code = f"import numpy as np; print(np.sqrt(np.mean(recording.kernels['hidden_1'][{moment}] ** 2)))"
    assert float(shown) == pytest.approx(float(lab.python(page, code)), rel=0.05)
    notebook.assert_clean()


def test_dark_theme_redraws_in_its_own_colours(notebook, lab):
    page = notebook.page
    show(page, "thermometers")
    ink = "getComputedStyle(document.querySelector('.vg-thermometers')).color"
    light, before = page.evaluate(ink), pictures(page, "thermometers")
    lab.theme(page, "JupyterLab Dark")
    page.wait_for_timeout(500)
    show(page, "thermometers")
    assert page.evaluate(ink) != light
    assert pictures(page, "thermometers") != before
    lab.theme(page, "JupyterLab Light")
    notebook.assert_clean()


def test_axe_finds_no_serious_fault_in_the_explorers(notebook, axe):
    page = notebook.page
    show(page, "thermometers")
    page.evaluate(axe)
    found = page.evaluate("axe.run('.vg').then(result => result.violations)")
    serious = [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]
    assert not serious, serious
