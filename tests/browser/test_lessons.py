"""Lessons as a student meets them: a real JupyterLab, a wrong answer, a right answer."""

import shutil

import pytest

pytestmark = pytest.mark.browser

RUN_CELL = """async ([id, source]) => {
    const notebook = jupyterapp.shell.currentWidget.content;
    const at = notebook.widgets.findIndex(cell => cell.model.id === id);
    if (source !== null) notebook.widgets[at].model.sharedModel.setSource(source);
    notebook.activeCellIndex = at;
    notebook.deselectAll();
    await jupyterapp.commands.execute('notebook:run-cell');
    return at;
}"""
# JupyterLab draws only the cells in view: go there, then wait until the output has been drawn.
OUTPUT = """async id => {
    const notebook = jupyterapp.shell.currentWidget.content;
    const at = notebook.widgets.findIndex(cell => cell.model.id === id);
    for (let tries = 0; tries < 100; tries++) {
        await notebook.scrollToItem(at, 'center');
        const text = notebook.widgets[at].node.querySelector('.jp-Cell-outputArea')?.innerText;
        if (text?.trim()) return text;
        await new Promise(resolve => setTimeout(resolve, 100));
    }
    return '';
}"""


def run_cell(lab, page, id, source=None):
    page.evaluate(RUN_CELL, [id, source])
    lab.wait_idle(page)
    return page.evaluate(OUTPUT, id)


@pytest.fixture
def opened(lab, lab_page, root, request):
    """A lesson's released notebook, opened and run from top to bottom."""
    lesson, name = request.param
    (lab.root / lesson).mkdir(exist_ok=True)
    shutil.copy(root / "lessons" / lesson / f"{name}.ipynb", lab.root / lesson)
    lab.open(lab_page.page, f"{lesson}/{name}.ipynb")
    lab.run_all(lab_page.page, timeout=240_000)
    return lab_page


@pytest.mark.parametrize("opened", [("01_circles", "circles")], indirect=True)
def test_a_student_gets_a_verdict_on_a_wrong_and_on_a_right_answer(lab, opened, root):
    page = opened.page
    assert "Not answered yet" in page.evaluate(OUTPUT, "sigmoid")  # after Run All: a calm line, no traceback
    for kind, folder, words in (("wrong", "overflows.py", "Not yet"), ("right", "absolute.py", "Right")):
        source = (root / "tests" / f"{kind}_answers" / "01_circles" / "sigmoid" / folder).read_text()
        run_cell(lab, page, "sigmoid-answer", source)
        assert words in run_cell(lab, page, "sigmoid")
    opened.assert_clean()


@pytest.mark.parametrize("opened", [("00_start", "start")], indirect=True)
def test_a_guess_is_kept_and_the_validate_button_is_there(lab, opened):
    page = opened.page
    page.get_by_role("button", name="Validate").first.wait_for(timeout=20_000)
    page.evaluate(OUTPUT, "start-005")
    page.get_by_role("slider").first.press("ArrowRight")
    page.get_by_role("button", name="Keep my guess").first.click()
    page.get_by_text("Kept:").first.wait_for(timeout=10_000)
    assert '"guess"' in (lab.root / "progress.json").read_text()
    opened.assert_clean()
