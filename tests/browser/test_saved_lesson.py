"""A lesson saved yesterday and opened today: its explorers and guesses are there, without a kernel run."""

import json

import pytest

pytestmark = pytest.mark.browser

CELLS = [
    "import vgcourse as vg",
    "shown = vg.explore.thermometers(depth=3); shown",
    "vg.predict('which', 'Which one learns?', choices=['sigmoid', 'tanh'])",
]
SAVE = "jupyterapp.commands.execute('docmanager:save')"


def test_a_saved_lesson_shows_its_widgets_when_it_is_opened_again(lab, lab_page):
    page = lab_page.page
    lab.write_notebook("saved.ipynb", CELLS)
    lab.open(page, "saved.ipynb")
    lab.run_all(page)
    page.wait_for_selector(".vg-thermometers canvas")
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
    outputs = [cell["outputs"] for cell in json.loads(kept)["cells"]]
    assert "Predict. Which one learns?" in "".join(outputs[2][0]["data"]["text/plain"])
    assert outputs[1][0]["data"]["image/png"] and not outputs[0]  # TensorFlow's notes are no output
