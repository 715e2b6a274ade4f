"""Run a notebook, observe each graded cell, judge it here, and leave the verdict in the cell's output.

``JudgedExecute`` takes the place of nbgrader's ``Execute``. Before a graded cell it tells the checks in the
kernel to observe only, with a seed that the student never saw. What the kernel prints, raises or patches then
decides nothing: credit needs the right numbers. A graded cell whose ``grade_id`` is no exercise of the course
(an instructor's own asserts) runs as in plain nbgrader, and is noted as judged in the kernel.

An observation that got lost, with its kernel or on its way, is asked for once more in a fresh kernel.
"""

import copy
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import ensure_async, run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, List, Unicode

from vgcourse.course.checks import registry, render
from vgcourse.course.checks.exercise import Exercise
from vgcourse.course.checks.seal import expected
from vgcourse.course.checks.session import seeds_of
from vgcourse.course.checks.sources import source_parts
from vgcourse.course.checks.verdicts import Verdict
from vgcourse.errors import CourseError
from vgcourse.grading.confinement.jupyter import GradingKernelManager, ending, others_at_rest, others_work
from vgcourse.grading.kept_files import course_secret
from vgcourse.grading.notebook import idle_cells, plain_tests
from vgcourse.grading.notebook.answered import is_answered
from vgcourse.grading.notebook.judging import count_checks, judge_outputs, observations, told
from vgcourse.grading.notebook.kernel_answers import is_of_the_line, number_of, text_of
from vgcourse.grading.notebook.outputs import SettledOutputs
from vgcourse.grading.notebook.run_notes import Trace
from vgcourse.grading.notebook.stopped import NO_OBSERVATION, reconsidered

MARK = "vgcourse"  # where an output's metadata keep the verdict
ANSWER_WITHIN = 30  # seconds that a living kernel may take to be told something
NO_ANSWER = "no-answer"
NO_ANSWER_SENTENCE = "Something passed this check, and yet no cell before it defines {names}: no points."

NO_END = (
    "cell {cell} did not come to an end: it ran past the {seconds} s that a cell has and could not be stopped (look "
    "for a loop that catches every exception), or it broke the line on which its outputs come, as one huge output "
    "does. Where the work itself needs more, raise JudgedExecute.timeout"
)

NO_MESSAGE = (
    "while cell {cell} ran, the kernel sent what no kernel sends ({error}): code in the notebook changed how it talks"
)


class LostObservationError(RuntimeError):
    """The kernel says that it observed, and nothing arrived."""


class JudgedExecute(SettledOutputs, Execute):
    """nbgrader's Execute, with the judge outside the student's kernel.

    A verdict is taken at the end of its check's cell and kept here; what runs later cannot reach it.
    """

    seed = Unicode("", help="Draw the checks' inputs from this text: same text, same marks.").tag(config=True)

    seed_file = Unicode(
        "", help="Where no seed is set, the file that keeps it, made on first use. No file: fresh draws at every run."
    ).tag(config=True)

    extra_arguments = List(
        ["--IPKernelApp.log_level=ERROR"], help="Arguments of the kernel; by default it keeps its notices to itself."
    ).tag(config=True)

    isolated = Bool(
        False, help="Run each submission in a grading kernel: forked from a warm parent, without a way out."
    ).tag(config=True)

    every_cell = Bool(False, help="Run the cells that only show something too.").tag(config=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.isolated:
            self.kernel_manager_class = GradingKernelManager

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        kept = self.seed or (course_secret(Path(self.seed_file)) if self.seed_file else "")
        self._secret = kept or secrets.token_hex(16)
        as_handed_in = copy.deepcopy(nb)
        try:
            return self._run(nb, resources, km)
        except (DeadKernelError, LostObservationError, CourseError):
            if self.trace.met_limit:
                raise  # it would meet it again
        nb.update(copy.deepcopy(as_handed_in))
        return self._run(nb, resources, km)

    def _run(self, nb: NotebookNode, resources: dict[str, Any], km: Any) -> tuple[NotebookNode, dict[str, Any]]:
        self.trace, self._verdicts, self.odd_messages = Trace(), {}, 0
        self._sealed: list[int] | None = []  # not asked yet
        self._idle = set() if self.every_cell else idle_cells.passed_over(nb.cells)
        try:
            nb, resources = super().preprocess(nb, resources, km=km)
        except zmq.Again as error:
            raise DeadKernelError("the kernel stopped before the first cell") from error
        finally:
            self.trace.finish()
        for index, verdict in self._verdicts.items():
            leave_verdict(nb.cells[index], verdict)
        self.trace.count_odd(self.odd_messages)
        self.trace.write(nb)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if self._sealed == [] and cell.cell_type == "code":
            self._tell("go_on_after_exit()")
            self._seal()
        if index in self._idle:
            idle_cells.leave_word(cell)
            return cell, resources
        exercise = judged_exercise(cell)
        try:
            with self.trace.cell(cell, index, self.km):
                return self._preprocess(cell, resources, index, exercise)
        except (DeadKernelError, zmq.Again) as error:
            ended = ending(self.km)  # a grading kernel knows which limit it met
            self.trace.met_limit = bool(ended and ended.passed_limit)
            because = f": {ended.reason}" if ended and ended.reason else ""
            raise DeadKernelError(f"the kernel stopped while it ran cell {index + 1}{because}") from error
        except CellTimeoutError as error:
            self.trace.met_limit = True
            raise DeadKernelError(NO_END.format(cell=index + 1, seconds=self.timeout)) from error
        except Exception as error:
            if not is_of_the_line(error):
                raise
            raise DeadKernelError(NO_MESSAGE.format(cell=index + 1, error=type(error).__name__)) from error
        finally:
            self.settle_outputs()

    def _preprocess(
        self, cell: NotebookNode, resources: dict[str, Any], index: int, exercise: Exercise | None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if exercise is None:
            cell, resources = super().preprocess_cell(cell, resources, index)
            if is_plain_test(cell):
                plain_tests.settle(cell)
                self.trace.notes.append(f"the test {cell.metadata.nbgrader.grade_id} was judged in the kernel")
            return cell, resources
        checks = max(1, count_checks(cell.source))
        seeds = seeds_of(exercise, self._draw_seed(exercise, resources), checks)
        whole, others = self._is_sealed(), others_at_rest(self.km)
        self._tell(f"observe_only({seeds})")
        self.observing = True
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        finally:
            self.observing = False
        made = self._tell("observe_only(None)")
        found = observations(cell)
        stopped = any(output.output_type == "error" for output in cell.outputs)
        if not stopped and len(told(found)) < min(made, count_checks(cell.source)):
            raise LostObservationError(f"what the check {exercise.id} observed did not arrive")
        self.trace.watch_check(cell, exercise, found, count_checks(cell.source))
        alone, whole = others_work(self.km) == others, whole and self._is_sealed()
        verdict = reconsidered(judge_outputs(cell, exercise, seeds), exercise, found, self.nb.cells[:index])
        self._verdicts[index] = self._unless_unearned(verdict, exercise, index, (whole, alone), resources)
        leave_verdict(cell, self._verdicts[index])
        self._lend(exercise, index)
        return cell, resources

    def _unless_unearned(
        self, verdict: Verdict, exercise: Exercise, index: int, sound: tuple[bool, bool], resources: dict[str, Any]
    ) -> Verdict:
        """The verdict; where it gives points, only if there is an answer, and the check was left as it is, and alone.

        ``sound``: whether its parts are whole, and whether no other process of the notebook worked meanwhile.
        """
        whole, alone = sound
        if not whole:
            self.trace.signs.append(f"before or in the check {exercise.id}, parts of the check were replaced")
        if verdict.share == 0:
            # Who imports the package anew has put the check aside, and an honest answer with it.
            return exercise.withhold() if not whole and verdict.key == NO_OBSERVATION else verdict
        folder = resources.get("metadata", {}).get("path")
        if not is_answered(self.nb.cells[:index], exercise.answers, folder):
            names = ", ".join(exercise.answers)
            self.trace.signs.append(f"the check {exercise.id} passed, and no cell before it defines {names}")
            said = NO_ANSWER_SENTENCE.format(names=names)
            return Verdict(exercise.id, exercise.points, 0.0, NO_ANSWER, said)
        if not alone:
            self.trace.signs.append(
                f"another process, started by the notebook, was at work in the check {exercise.id}"
            )
        return verdict if whole and alone else exercise.withhold()

    def _is_sealed(self) -> bool:
        """Whether the check's parts in a grading kernel are those that were there before the first cell."""
        if self._sealed is None:
            return True
        nonce = secrets.token_hex(8)
        return self._tell(f"shown({nonce!r})", "seal", str) == expected(self._sealed, nonce)

    def _seal(self) -> None:
        said = self._tell("told()", "seal", str) if self.isolated else ""
        self._sealed = [int(part) for part in re.findall(r"\d+", said)] or None

    def _lend(self, exercise: Exercise, index: int) -> None:
        """An answer has been observed: where a later cell falls back on the course's version, hand that over."""
        later = (cell.source for cell in self.nb.cells[index + 1 :] if cell.cell_type == "code")
        if not self.isolated or not any("fallback" in source and exercise.id in source for source in later):
            return
        if maker := exercise.own_source():
            source = source_parts.own_version_source(tuple(registry.modules()), *maker)
            lent = f"{exercise.id!r}, {source!r}, {maker[1]!r}, {maker[0]!r}"
            self._tell(f"lend({lent})", "sources.observers_only")

    def _draw_seed(self, exercise: Exercise, resources: dict[str, Any]) -> int:
        student = resources.get("nbgrader", {}).get("student", "")
        text = f"{self._secret}/{student}/{exercise.id}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")

    def _tell(self, call: str, module: str = "session", kind: Callable[[Any], Any] = int) -> Any:
        """Have the checks in the kernel do something, leaving no trace in the notebook, names or history.

        Returns what it answers, as ``kind``: by default how many checks it says it has observed since it was told
        something before.
        """
        asking = self._ask(f"__import__('vgcourse.course.checks.{module}', fromlist=['_']).{call}")

        async def ask() -> dict[str, Any]:
            return await asking

        try:
            return number_of(run_sync(ask)()) if kind is int else text_of(run_sync(ask)())
        finally:
            asking.close()  # where a loop that was ending never let it begin

    async def _ask(self, call: str) -> dict[str, Any]:
        # As an expression, and silent: it is evaluated beside the notebook's names, and its value comes back.
        options = {"silent": True, "store_history": False, "allow_stdin": False}
        request = self.kc.execute("", user_expressions={"told": call}, **options)
        # One span for all replies: a kernel that keeps talking of something else does not answer either.
        until = time.monotonic() + ANSWER_WITHIN
        try:
            while True:
                left = max(0.0, until - time.monotonic())
                reply = await ensure_async(self.kc.get_shell_msg(timeout=left))
                if reply["parent_header"].get("msg_id") == request:
                    return reply
        except Empty as error:
            raise DeadKernelError("the kernel no longer answers") from error


def is_plain_test(cell: NotebookNode) -> bool:
    """Whether a cell is a test that decides by itself, in the student's kernel."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def plain_verdicts(nb: NotebookNode) -> list[Verdict]:
    """What the tests came to that decide by themselves, in a notebook that has been run."""
    tests = (cell for cell in nb.cells if is_plain_test(cell) and judged_exercise(cell) is None)
    return [plain_tests.verdict_of(cell) for cell in tests]


def judged_exercise(cell: NotebookNode) -> Exercise | None:
    """The exercise that a cell checks, or None where the cell is not a check of this course."""
    if cell.cell_type != "code" or not is_grade(cell) or is_solution(cell):
        return None
    try:
        return registry.find(cell.metadata.nbgrader.grade_id)
    except registry.UnknownExercise:
        return None


def leave_verdict(cell: NotebookNode, verdict: Verdict) -> None:
    """Replace the cell's outputs by the verdict, in the form from which nbgrader reads the points."""
    data = {"text/plain": render.as_text(verdict), "text/html": render.as_html(verdict)}
    mark = {
        "exercise": verdict.exercise,
        "key": verdict.key,
        "share": verdict.share,
        "message": verdict.message,
        "to_do": verdict.to_do,
    }
    cell.outputs = [new_output("display_data", data=data, metadata={MARK: mark})]
    if verdict.passed:
        return
    if verdict.share > 0:
        cell.outputs.append(new_output("execute_result", data={"text/plain": f"{verdict.earned:g}"}))
        return
    cell.outputs.append(new_output("error", ename=verdict.key, evalue=verdict.message, traceback=[]))


def verdicts(nb: NotebookNode) -> list[Verdict]:
    """The verdicts that stand in a graded notebook, in its order."""
    return [verdict for cell in nb.cells if (verdict := kept_verdict(cell)) is not None]


def kept_verdict(cell: NotebookNode) -> Verdict | None:
    """The verdict that `leave_verdict` wrote into a check's cell; None for any other cell, whatever it displays."""
    exercise = judged_exercise(cell)
    if exercise is None or not cell.get("outputs"):
        return None
    mark = cell.outputs[0].get("metadata", {}).get(MARK)
    if not mark:
        return None
    return Verdict(exercise.id, exercise.points, mark.share, mark.key, mark.message, mark.get("to_do", ""))
