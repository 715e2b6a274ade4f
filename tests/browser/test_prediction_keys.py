"""Predictions in a real JupyterLab: their keys are theirs, and never an order to the notebook."""

import pytest

pytestmark = pytest.mark.browser

CELLS = [
    "from vgcourse.course.predictions import predict",
    "predict('which', 'Which one?', choices=['one', 'two', 'three'])",
    "predict('many', 'How many?', between=(0, 10), step=1)",
    "1 + 1",
]
NOTEBOOK = """() => {
    const { activeCellIndex, widgets } = jupyterapp.shell.currentWidget.content;
    return [activeCellIndex, widgets.map(cell => cell.model.type)];
}"""
RADIO = ".widget-radio-box input"
CHECKED = f"[...document.querySelectorAll('{RADIO}')].map(radio => radio.checked)"
CONTROLS = {"radio": RADIO, "slider": ".noUi-handle", "button": ".vg-prediction button"}


@pytest.fixture(scope="module")
def page(lasting_lab_page, lab):
    watched = lasting_lab_page
    lab.write_notebook("predictions.ipynb", CELLS)
    lab.open(watched.page, "predictions.ipynb")
    lab.run_all(watched.page)
    watched.page.wait_for_selector(".vg-prediction .noUi-handle")
    watched.page.wait_for_function(
        "document.querySelectorAll('.vg-prediction[data-lm-suppress-shortcuts]').length === 2"
    )
    yield watched.page
    watched.assert_clean()


@pytest.mark.parametrize("control", CONTROLS)
def test_letters_leave_the_cells_alone(page, control):
    page.focus(CONTROLS[control])
    before = page.evaluate(NOTEBOOK)
    for key in ("a", "b", "d", "d", "m", "x", "j", "k"):
        page.keyboard.press(key)
    assert page.evaluate(NOTEBOOK) == before


def test_arrows_choose_an_answer_and_no_other_cell(page):
    page.focus(RADIO)
    before = page.evaluate(NOTEBOOK)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(CHECKED) == [False, True, False]
    assert page.evaluate(NOTEBOOK) == before


def test_arrows_move_the_slider(page):
    page.focus(".noUi-handle")
    before = page.evaluate(NOTEBOOK)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("Number(document.querySelector('.noUi-handle').getAttribute('aria-valuenow')) === 3")
    assert page.evaluate(NOTEBOOK) == before


def test_a_number_is_typed_in_place_of_a_drag(page):
    readout = page.locator(".vg-prediction .widget-readout")
    before = page.evaluate(NOTEBOOK)
    readout.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    page.wait_for_function("Number(document.querySelector('.noUi-handle').getAttribute('aria-valuenow')) === 7")
    assert page.evaluate(NOTEBOOK)[1] == before[1]


def test_enter_keeps_the_guess_and_opens_no_cell(page):
    page.focus(CONTROLS["button"])
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Kept: two. Now run the next cell.")
    assert page.evaluate("jupyterapp.shell.currentWidget.content.mode") == "command"
