"""A lesson run from top to bottom: cell by cell, in a process of its own, without Jupyter."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUN = r"""
import contextlib, io, json, sys
import matplotlib
matplotlib.use("Agg")
from tests import drawn_figures
from vgcourse.course import predictions
from vgcourse.course.checks import CheckFailed
figures = drawn_figures.watch()
(cells, keep), out, space, kept, revealed = json.load(sys.stdin), [], {}, None, {}
reveal = predictions.reveal
def noted(id, result, *words, **more):
    revealed[id] = result if isinstance(result, str) else float(result)
    return reveal(id, result, *words, **more)
predictions.reveal = noted
for source in cells:
    text, failed = io.StringIO(), None
    with contextlib.redirect_stdout(text):
        try:
            exec(source, space)
        except CheckFailed as error:
            failed = error.verdict.key
    out.append({"source": source, "text": text.getvalue(), "failed": failed})
loaded = [name for name in ("tensorflow", "keras") if name in sys.modules]
try:
    # Not getrusage: its peak counts the process that started this one.
    status = open("/proc/self/status").read()
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
except OSError:
    peak = 0
cut = [told for figure in figures for told in drawn_figures.cut_off(figure)]
exec(keep)
told = {"cells": out, "loaded": loaded, "peak_mb": peak, "space": kept, "revealed": revealed, "cut": cut}
json.dump(told, sys.stdout)
"""


def run(notebook, answers=None, keep=""):
    """Run the code cells: source, text and failed check of each, what is loaded, revealed, cut off, peak memory.

    ``answers`` maps an exercise to a file whose code takes the place of its answer. ``keep`` is code that puts what
    it wants of the lesson's names, ``space``, into ``kept``: it comes back as ``space``.
    """
    sources = [_source(cell, answers or {}) for cell in notebook.cells if cell.cell_type == "code"]
    # As in a class: nobody's progress is touched.
    environment = {**os.environ, "NBGRADER_EXECUTION": "test"}
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps([sources, keep]),
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def _source(cell, answers):
    id = cell.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
    return answers[id].read_text(encoding="utf-8") if id in answers else cell.source


def truths():
    """Of every prediction with choices, by its id: which of them comes true."""
    lines = (ROOT / "tests" / "prediction_truths.txt").read_text("utf-8").splitlines()
    return dict(line.split(" | ") for line in lines if not line.startswith("#"))


def number(printed, pattern):
    """The one number that the lesson prints after ``pattern``."""
    found = re.findall(pattern + r"\D*?([-+]?\d+(?:\.\d+)?(?:e-?\d+)?)", printed)
    assert found, f"the lesson prints nothing like {pattern}"
    return float(found[0])
