"""Which lesson asks what: lessons and their exercises, found by id."""

from difflib import get_close_matches
from importlib import import_module

from vgcourse.course.checks.exercise import Exercise

# Folder of the lesson → module in `vgcourse.course.exercises`. The order is the order of the course.
LESSONS = {
    "00_start": "start",
    "01_circles": "circles",
    "02_depth": "depth",
    "03_weights": "weights",
    "04_gradients": "gradients",
    "05_initialization": "initialization",
    "06_residual": "residual",
}


# In a grading kernel exercises are there without judge and own version (`observers_only`).
judges_are_away = False


class UnknownExercise(LookupError):
    """No exercise has that id."""


def exercises(lesson: str) -> list[Exercise]:
    """The exercises of a lesson, in the order of the lesson. Raises KeyError for an unknown lesson."""
    module = import_module(module_of(lesson))
    found = [value for value in vars(module).values() if isinstance(value, Exercise)]
    if not judges_are_away:
        for exercise in found:
            exercise.check_itself()
    return found


def module_of(lesson: str) -> str:
    """The dotted name of the module that holds a lesson's exercises. Raises KeyError for an unknown lesson."""
    return f"vgcourse.course.exercises.{LESSONS[lesson]}"


def modules() -> list[str]:
    """The dotted names of the modules that hold exercises, in the order of the course."""
    return [module_of(lesson) for lesson in LESSONS]


def find(id: str) -> Exercise:
    """The exercise with that id; raises UnknownExercise, naming the nearest id, where there is none."""
    return _found(id)[1]


def lesson_of(id: str) -> str:
    """The lesson that holds an exercise; raises UnknownExercise."""
    return _found(id)[0]


def _found(id: str) -> tuple[str, Exercise]:
    """A lesson that cannot be imported breaks its own checks, no other's."""
    known, broken = [], None
    for lesson in LESSONS:
        try:
            asked = exercises(lesson)
        except Exception as error:
            broken = broken or error
            continue
        for exercise in asked:
            if exercise.id == id:
                return lesson, exercise
        known += [exercise.id for exercise in asked]
    if broken:
        raise broken
    near = get_close_matches(str(id), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise UnknownExercise(f"No exercise is called {id!r}.{hint}")
