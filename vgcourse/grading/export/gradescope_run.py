"""What runs at Gradescope: grade the one submission that is there, and write ``results/results.json``.

``python -m vgcourse.grading.export.gradescope_run ROOT``, where ROOT is ``/autograder``: it holds ``source`` (the
unpacked zip), ``submission`` and ``results``.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from traitlets.config import Config

from vgcourse.course.checks import registry
from vgcourse.course.checks.verdicts import Verdict
from vgcourse.course.lesson import Lesson, find_root, released
from vgcourse.course.text_table import shown
from vgcourse.errors import CourseError
from vgcourse.grading.intake.preflight import NotGraded, Prepared, prepare
from vgcourse.grading.kept_files import FOLDER
from vgcourse.grading.notebook import run_notes
from vgcourse.grading.notebook.execute import JudgedExecute, plain_verdicts, verdicts
from vgcourse.grading.notebook.scoreboard import of_written

LOST = "lost"
SECONDS = 120  # a cell


def grade(root: Path) -> dict[str, Any]:
    """The results of the submission in ``root``, as Gradescope reads them. Never raises for what was handed in."""
    course = find_root(root / "source" / "course")
    lesson = released(course)[0]
    release = nbformat.read(lesson.student, as_version=4)
    with tempfile.TemporaryDirectory() as room:
        ready = prepare(root / "submission", Path(room) / lesson.id, release, lesson.name)
        if isinstance(ready, NotGraded):
            return _not_graded(lesson, ready.reason)
        try:
            return _results(lesson, ready, _run(ready, lesson, course))
        except Exception as error:  # a kernel that died, say: the next submission has its own
            return _not_graded(lesson, (str(error).splitlines() or [type(error).__name__])[0])


def _run(ready: Prepared, lesson: Lesson, course: Path) -> nbformat.NotebookNode:
    """The notebook, run in a grading kernel and judged here."""
    nb = nbformat.read(ready.folder / f"{lesson.name}.ipynb", as_version=4)
    seed = {"timeout": SECONDS, "isolated": True, "seed_file": str(course / FOLDER / "secret")}
    JudgedExecute(config=Config({"JudgedExecute": seed})).preprocess(nb, {"metadata": {"path": str(ready.folder)}})
    return nb


def _results(lesson: Lesson, ready: Prepared, nb: nbformat.NotebookNode) -> dict[str, Any]:
    found, left = {verdict.exercise: verdict for verdict in verdicts(nb)}, run_notes.read(nb)
    tests = [_test(e.title, found.get(e.id) or _lost(e)) for e in registry.exercises(lesson.id)]
    tests += [_test(verdict.exercise, verdict) for verdict in plain_verdicts(nb)]
    notes = [shown(note) for note in (*map(str, ready.notes), *left.notes)]
    said = "\n".join(filter(None, [of_written(nb), *(f"Note: {note}." for note in notes)]))
    for_staff = {"signs": [shown(sign) for sign in (*ready.signs, *left.signs)], "isolation": left.isolation}
    return {"output": said, "tests": tests, "visibility": "visible", "extra_data": for_staff}


def _lost(exercise: registry.Exercise) -> Verdict:
    return Verdict(exercise.id, exercise.points, 0.0, LOST, "This check left nothing to judge.")


def _test(name: str, verdict: Verdict) -> dict[str, Any]:
    """One exercise's points and sentence."""
    return {
        "name": name,
        "score": verdict.earned,
        "max_score": verdict.points,
        "status": "passed" if verdict.passed else "failed",
        "output": shown(verdict.message, 2000),
        "output_format": "text",
    }


def _not_graded(lesson: Lesson, reason: str) -> dict[str, Any]:
    """Gradescope knows no missing mark: 0 points, and the sentence that says that nothing was judged."""
    said = f"Not graded, because {shown(reason, 2000)}. Nothing was judged: mend it and submit again."
    return {"score": 0, "output": said, "visibility": "visible", "extra_data": {"not_graded": shown(reason, 2000)}}


def main(root: Path) -> int:
    """Write the results whole, or not at all."""
    try:
        results = grade(root)
    except CourseError as error:
        results = {"score": 0, "output": f"The autograder itself is damaged: {error} Tell your instructor."}
    path = root / "results" / "results.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8", errors="replace")
    shutil.move(part, path)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
