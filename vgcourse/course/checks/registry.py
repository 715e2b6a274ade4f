"""Which lesson asks what: lessons and their exercises, found by id.

An instructor's own exercises are registered by being there: every module in the folder `exercises/` of a course.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from vgcourse.course.checks.exercise import Exercise
from vgcourse.errors import CourseError

PACKAGE = "vgcourse.course.exercises"

# Folder of the lesson → module in `vgcourse.course.exercises`. The order is the order of the course.
LESSONS = {
    "00_start": "start",
    "01_circles": "circles",
    "02_depth": "depth",
    "03_weights": "weights",
    "04_gradients": "gradients",
    "05_initialization": "initialization",
    "06_residual": "residual",
    "07_time": "recurrent",
    "08_ways_out": "ways_out",
    "09_clinic": "clinic",
}


# Lesson → names of an instructor's own modules, in which its further exercises stand.
OWN: dict[str, list[str]] = {}

# In a grading kernel exercises are there without judge and own version (`observers_only`).
judges_are_away = False


class UnknownExercise(LookupError):
    """No exercise has that id."""


def known() -> list[str]:
    """The lessons that have exercises, the instructor's own among them, in the order of their numbers."""
    return sorted({*LESSONS, *OWN})


def exercises(lesson: str) -> list[Exercise]:
    """The exercises of a lesson, in the order of the lesson. Raises KeyError for an unknown lesson."""
    modules = [import_module(name) for name in modules_of(lesson)]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Exercise)]
    if not judges_are_away:
        for exercise in found:
            exercise.check_itself()
    return found


def modules_of(lesson: str) -> list[str]:
    """The dotted names of the modules that hold a lesson's exercises. Raises KeyError for an unknown lesson."""
    own = [f"{PACKAGE}.{name}" for name in OWN.get(lesson, [])]
    return own if own and lesson not in LESSONS else [f"{PACKAGE}.{LESSONS[lesson]}", *own]


def modules() -> list[str]:
    """The dotted names of the modules that hold exercises, in the order of the course."""
    return [name for lesson in known() for name in modules_of(lesson)]


def register(root: Path) -> None:
    """Know the exercises in ``root/exercises``: `mine.py` for the lesson 10_mine, `circles_more.py` for 01_circles.

    Raises CourseError for a module that belongs to no lesson, or has the name of one of the course's. Where the
    lessons' texts are not, as in a student's copy or an autograder, not all lessons need be: a module of one that is
    not there is passed over.
    """
    folder, place = root / "exercises", import_module(PACKAGE).__path__
    if not folder.is_dir() or str(folder) in place:
        return
    ids = {path.name for part in ("solutions", "lessons") for path in root.glob(f"{part}/[0-9][0-9]_*")} | {*LESSONS}
    names = [path.stem for path in sorted(folder.glob("[a-zA-Z]*.py"))]
    if not (root / "solutions").is_dir():
        names = [name for name in names if name in LESSONS.values() or _fitting(name, ids)]
    found = {name: _lesson_for(name, ids) for name in names}
    place.append(str(folder))
    for name, lesson in found.items():
        OWN.setdefault(lesson, []).append(name)


def _fitting(name: str, ids: Iterable[str]) -> list[str]:
    return [id for id in ids if name == id[3:] or name.startswith(f"{id[3:]}_")]


def _lesson_for(name: str, ids: Iterable[str]) -> str:
    if name in LESSONS.values():
        raise CourseError(f"exercises/{name}.py has the name of the course's own: call it {name}_more.py, say.")
    fitting = _fitting(name, ids)
    if not fitting or not name.isidentifier():
        raise CourseError(
            f"exercises/{name}.py belongs to no lesson: name it after one, as in circles_more.py for 01_circles, "
            f"or write the lesson solutions/NN_{name}/{name}.py."
        )
    return max(fitting, key=len)


def know(names: Iterable[str]) -> None:
    """In a kernel, where no folder can be looked at: know these modules too, by their dotted names."""
    there = set(modules())
    for name in names:
        stem = name.removeprefix(f"{PACKAGE}.")
        if name != stem and stem.isidentifier() and name not in there and stem not in LESSONS.values():
            OWN.setdefault("own", []).append(stem)


def _look_around() -> bool:
    """A student's copy may hold exercises of the instructor's: look in the folders above. Whether any are new."""
    before = len(OWN)
    for folder in list(Path.cwd().parents)[:3]:
        if (folder / "lessons").is_dir() and not judges_are_away:
            register(folder)
    return len(OWN) > before


def find(id: str) -> Exercise:
    """The exercise with that id; raises UnknownExercise, naming the nearest id, where there is none."""
    return _found(id)[1]


def lesson_of(id: str) -> str:
    """The lesson that holds an exercise; raises UnknownExercise."""
    return _found(id)[0]


def _found(id: str) -> tuple[str, Exercise]:
    """A lesson that cannot be imported breaks its own checks, no other's."""
    seen, broken = [], None
    for lesson in known():
        try:
            asked = exercises(lesson)
        except Exception as error:
            broken = broken or error
            continue
        for exercise in asked:
            if exercise.id == id:
                return lesson, exercise
        seen += [exercise.id for exercise in asked]
    if _look_around():
        return _found(id)
    if broken:
        raise broken
    near = get_close_matches(str(id), seen, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise UnknownExercise(f"No exercise is called {id!r}.{hint}")
