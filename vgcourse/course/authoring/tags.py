"""Short tags of a lesson's text and the nbgrader metadata that they stand for.

In the text a cell's header names what the cell is:

    # %% answer="sigmoid"            the student's code for the exercise
    # %% check="sigmoid"             its check; the points stand with the exercise
    # %% [markdown] written="leak" points=2     a written answer, graded by hand
    # %% given=true                  a cell that a student should not change
    # %% shows_only=true             a cell that no mark depends on (see shows_only.py)

The long form ``nbgrader={...}`` works as well and is left alone.
"""

from typing import Any

from vgcourse.course.authoring.ready import refuse_unknown_keys, said_of
from vgcourse.course.authoring.shows_only import SHOWS_ONLY
from vgcourse.course.checks.registry import UnknownExercise, find
from vgcourse.errors import CourseError

TAGS = ("answer", "check", "written", "given", SHOWS_ONLY)


def expand(metadata: dict[str, Any], where: str) -> dict[str, Any]:
    """The metadata of a cell with its tag written out.

    Raises CourseError, naming ``where`` the cell stands, for a tag that fits no exercise, lacks its points, or
    cannot be read.
    """
    if broken := metadata.get("incorrectly_encoded_metadata"):
        raise CourseError(f'{where}: the header cannot be read: {broken}. A tag looks like check="id".')
    found = [tag for tag in TAGS if tag in metadata]
    if len(found) > 1:
        raise CourseError(f"{where}: a cell is one of {', '.join(found)}, not several.")
    if not found:
        return metadata
    tag, rest = found[0], {key: value for key, value in metadata.items() if key not in (*TAGS, "points")}
    return {**rest, **_EXPAND[tag](metadata, where)}


def _answer(metadata: dict[str, Any], where: str) -> dict[str, Any]:
    id = _known(metadata["answer"], where)
    return {"nbgrader": _cell(f"{id}-answer", solution=True)}


def _check(metadata: dict[str, Any], where: str) -> dict[str, Any]:
    id = _known(metadata["check"], where)
    # A check that falls short stops neither "Run all" nor the cells below it.
    return {
        "nbgrader": _cell(id, grade=True, locked=True, points=find(id).points),
        "tags": ["raises-exception"],
    }


def _written(metadata: dict[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(metadata.get("points"), (int, float)):
        raise CourseError(f'{where}: a written answer says its points, as in written="why" points=2.')
    return {"nbgrader": _cell(metadata["written"], grade=True, solution=True, points=metadata["points"])}


def _given(metadata: dict[str, Any], where: str) -> dict[str, Any]:
    return {"editable": False, "deletable": False}


def _shows_only(metadata: dict[str, Any], where: str) -> dict[str, Any]:
    return {SHOWS_ONLY: metadata[SHOWS_ONLY]}  # the build adds a digest of the source


_EXPAND = {"answer": _answer, "check": _check, "written": _written, "given": _given, SHOWS_ONLY: _shows_only}


def _known(id: str, where: str) -> str:
    try:
        refuse_unknown_keys(find(id), where)
    except UnknownExercise as error:
        how = (
            "Import it in the __init__.py of its lesson's folder in vgcourse/course/exercises/; in a course of your "
            "own, put its module into exercises/."
        )
        raise CourseError(f"{where}: {error} {how}") from error
    except CourseError:
        raise
    except Exception as error:
        raise CourseError(f"{where}: its exercise cannot be used. {said_of(error)}") from error
    return id


def _cell(grade_id: str, **fields: Any) -> dict[str, Any]:
    blank = {"grade": False, "locked": False, "schema_version": 3, "solution": False, "task": False}
    return {**blank, "grade_id": grade_id, **fields}
