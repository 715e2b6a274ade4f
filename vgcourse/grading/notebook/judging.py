"""What a check's cell sent becomes a verdict: in the grader's process, from numbers alone."""

import ast

from nbformat import NotebookNode

from vgcourse.course.checks import observation
from vgcourse.course.checks.exercise import Exercise
from vgcourse.course.checks.looking import PAST_THE_WATCH
from vgcourse.course.checks.verdicts import BORROWED, Verdict
from vgcourse.grading.notebook.stopped import NO_OBSERVATION

MOST_MORE = 5  # observations that are read beyond those that belong there
NO_OBSERVATION_SENTENCE = "The check of this exercise left nothing to judge: {because}."


def judge_outputs(cell: NotebookNode, exercise: Exercise, seeds: list[int]) -> Verdict:
    """The worst verdict over the cell's checks (visible and hidden), a seed for each; no observation, no credit."""
    found = [(id, text) for id, text in observations(cell) if id == exercise.id]
    texts = [text for _, text in told(found)]
    if len(texts) < len(seeds):
        said = NO_OBSERVATION_SENTENCE.format(because=_why_unobserved(cell))
        return Verdict(exercise.id, exercise.points, 0.0, NO_OBSERVATION, said)
    # A forged observation is worth what its numbers are worth: the inputs are drawn from the seed of this call.
    verdicts = [exercise.verdict(text, seed) for text, seed in zip(texts, seeds, strict=False)]
    # That the course's version was called counts wherever it was said: it is told at once, before the numbers.
    more = (exercise.verdict(text, seeds[-1]) for text in texts[len(seeds) :][:MOST_MORE])
    verdicts += [verdict for verdict in more if verdict.key == BORROWED]
    worst = min(verdicts, key=lambda verdict: (verdict.share, not verdict.is_withheld))
    return exercise.withhold() if worst.share and len(texts) < len(found) else worst


def told(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that are to be judged: that something passed the watch by is told besides."""
    return [(id, text) for id, text in found if text != PAST_THE_WATCH]


def _why_unobserved(cell: NotebookNode) -> str:
    error = next((output for output in cell.outputs if output.output_type == "error"), None)
    if error is None:
        return "its cell no longer calls check, or the name check was given to something else"
    if error.ename == "CellTimeoutError":
        return "its cell ran out of time"
    said = " ".join(str(error.evalue).split())
    return f"its cell stopped before, with {error.ename}" + (f" ({said[:200]})" if said else "")


def observations(cell: NotebookNode) -> list[tuple[str, str]]:
    """Exercise id and encoded observation of every observation among the cell's outputs."""
    found = []
    for output in cell.outputs:
        data = output.get("data", {}).get(observation.MIME)
        if isinstance(data, dict):
            found.append((data.get("exercise", ""), data.get("observation", "")))
    return found


def count_checks(source: str) -> int:
    """How many times a cell calls ``check(...)``."""
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError:
        return 0
    return sum(isinstance(call.func, ast.Name) and call.func.id == "check" for call in calls)
