"""A lesson saved yesterday and opened today: its explorers and guesses are there, without a kernel run."""

import json

import pytest

pytestmark = pytest.mark.browser

CELLS = [
    "import vgcourse as vg",
    "shown = vg.explore.thermometers(depth=3); shown",
    "vg.predict('which', 'Which one learns?', choices=['sigmoid', 'tanh'])",
]
UNHEARD = "To keep a guess, run this cell first."
CHAINS = """() => [...document.querySelectorAll('.jupyter-widgets-disconnected')]
    .filter(node => getComputedStyle(node, '::before').display !== 'none').length"""
SAVE = "jupyterapp.commands.execute('docmanager:save')"


def test_a_saved_lesson_shows_its_widgets_when_it_is_opened_again(lab, lab_page):
    page = lab_page.page
    lab.write_notebook("saved.ipynb", CELLS)
    lab.open(page, "saved.ipynb")
    lab.run_all(page)
    for shown in (".vg-thermometers canvas", ".vg-prediction input"):  # what is not there yet is not saved
        page.wait_for_selector(shown)
    page.focus(".vg-thermometers [data-key=depth]")
    page.keyboard.press("ArrowRight")
    while "depth=4" not in lab.python(page, "print(shown.state)"):
        page.wait_for_timeout(50)
    page.evaluate(SAVE)  # ends when the file is written
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    kept = (lab.root / "saved.ipynb").read_text()
    assert len(kept) < 400_000  # the explorers' script stands in it, packed
    page.goto("about:blank")
    lab.open(page, "saved.ipynb")
    page.wait_for_selector(".vg-thermometers canvas")
    assert page.input_value(".vg-thermometers [data-key=depth]") == "4"  # as it was left
    page.wait_for_selector(".vg-prediction input")
    assert "Error displaying widget" not in page.inner_text("body")
    page.wait_for_selector(f"text={UNHEARD}")
    assert page.evaluate(CHAINS) == 0  # what works without a kernel, or says what to do, is not shown as broken
    outputs = [cell["outputs"] for cell in json.loads(kept)["cells"]]
    assert "Predict. Which one learns?" in "".join(outputs[2][0]["data"]["text/plain"])
    assert outputs[1][0]["data"]["image/png"] and not outputs[0]  # TensorFlow's notes are no output


def test_a_guess_that_no_kernel_hears_is_not_lost_unnoticed(lab, lab_page):
    page, session = lab_page.page, "jupyterapp.shell.currentWidget.sessionContext"
    lab.write_notebook("unheard.ipynb", CELLS)
    lab.open(page, "unheard.ipynb")
    for end in ("shutdown()", "session.kernel.restart()"):
        page.evaluate(f"{session}.session || {session}.startKernel()")
        lab.run_all(page)
        page.wait_for_selector(".vg-thermometers canvas")
        page.check(".vg-prediction input >> nth=1")
        page.click(".vg-prediction button")
        page.wait_for_selector("text=Kept: tanh")
        assert UNHEARD not in page.inner_text(".vg-prediction")
        page.evaluate(f"{session}.{end}.then(() => null)")
        page.click(".vg-prediction button")
        page.wait_for_selector(f"text={UNHEARD}")
        page.focus(".vg-thermometers [data-key=depth]")
        page.keyboard.press("ArrowRight")  # an explorer goes on
        assert page.input_value(".vg-thermometers [data-key=depth]") == "4"
    assert not [error for error in lab_page.errors if "Cannot send" not in error]  # ipywidgets' own words
