"""An executed lesson as a page without a kernel: explorers mount, predictions can be made, checks wait."""

import html
import json
import re
from base64 import b64encode

from nbformat import NotebookNode

from vgcourse.course.authoring.folding import only_asks

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
_STILL = re.compile(r'<div class="vg-prediction-still".*</div>', re.DOTALL)
_WAITS = '<p class="vg-check-waits">✎ A check stands here: open this lesson in JupyterLab to try your answer.</p>'


def prepare(notebook: NotebookNode) -> NotebookNode:
    """Change the notebook in place: no widget, no message of a library, and no metadata is left; returns it."""
    models = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _prepare_code(cell, models)
    notebook.metadata.pop("widgets", None)
    return notebook


def _prepare_code(cell: NotebookNode, models: dict) -> None:
    tags = set(cell.metadata.get("tags", []))
    source = cell.source.lstrip()
    if cell.metadata.get("jupyter", {}).get("source_hidden"):
        tags.add("hide-input")
    if source.startswith("vg.explore."):
        tags.add("hide-input")
    if only_asks(cell.source):
        tags.add("remove-input")  # the form, or the result beside the guess, says all of it
    if source.startswith("check("):
        cell.outputs = [_as_html(_WAITS)]
    cell.outputs = _joined([kept for output in cell.outputs if (kept := _prepare_output(output, models))])
    cell.metadata["tags"] = sorted(tags)
    cell.metadata.pop("nbgrader", None)


def _prepare_output(output: NotebookNode, models: dict) -> NotebookNode | None:
    """The output as a page shows it; None for what a page leaves out."""
    if output.output_type == "stream" and output.name == "stderr":
        return None
    if output.output_type not in ("display_data", "execute_result"):
        return output
    if output.data.get("text/plain") == "Ellipsis":
        return None  # the three dots where an answer is to stand
    if VIEW in output.data:
        return _as_html(_mounted(output.data, models))
    if "text/html" in output.data:
        output.data.pop("image/png", None)  # the same picture; the HTML has its words
    return output


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """What was printed in one go is one block, however the kernel sent it."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if joined and output.output_type == joined[-1].output_type == "stream":
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _as_html(text: str) -> NotebookNode:
    return NotebookNode(output_type="display_data", metadata={}, data={"text/html": text})


def _mounted(data: dict, models: dict) -> str:
    """An explorer's place on the page, with its still picture until the script has taken over; or a prediction."""
    found = _STILL.search("".join(data.get("text/html", "")))
    if found:
        return f'<div class="vg-predict-place">{found[0]}</div>'
    model = models.get(data[VIEW]["model_id"], {})
    state = model.get("state", {})
    if "state" not in state:
        return f"<p>{html.escape(''.join(data.get('text/plain', '')))}</p>"
    words = html.escape("".join(data.get("text/plain", "")))
    still = f'<img alt="{words}" src="data:image/png;base64,{"".join(data.get("image/png", ""))}">'
    recording = _recording(state.get("recording"), model.get("buffers", []))
    return f'<div class="vg-mount" data-state="{html.escape(state["state"])}">{still}{recording}</div>'


def _recording(recording: dict | None, buffers: list) -> str:
    """A player's recording as JSON; its arrays of bytes as base64 text at the places they belong to."""
    if not recording:
        return ""
    for buffer in buffers:
        *above, last = buffer["path"][1:]
        place = recording
        for key in above:
            place = place[key]
        place[last] = {"base64": buffer["data"] if isinstance(buffer["data"], str) else _text(buffer["data"])}
    text = json.dumps(recording).replace("</", "<\\/")
    return f'<script type="application/json" class="vg-recording">{text}</script>'


def _text(data: bytes) -> str:
    return b64encode(bytes(data)).decode("ascii")
