"""Which libraries a lesson's kernels find imported: TensorFlow is 4 s and half a gigabyte, and two lessons need none.

A lesson that needs it and does not look so is graded all the same: each kernel imports it by itself then, and waits.
"""

import re

import vgcourse
from vgcourse.course.checks import registry
from vgcourse.course.checks.sources import source_parts
from vgcourse.course.lesson import Lesson
from vgcourse.grading.class_run.classroom import Classroom
from vgcourse.grading.confinement.kernels import LIGHT, STACK


def stack_of(classroom: Classroom, lesson: Lesson) -> tuple[str, ...]:
    """What the warm parent imports for a prepared lesson: all that is offered, or all but TensorFlow and Keras."""
    return STACK if needs_tensorflow(_code(classroom, lesson)) else LIGHT


def needs_tensorflow(code: str) -> bool:
    """Whether code names TensorFlow or Keras, or one of ``vgcourse``'s names that bring them."""
    named = "|".join(vgcourse.names_that_bring_tensorflow())
    brings = rf"\b(tensorflow|keras)\b|\b(vg|vgcourse)\.({named})\b|^\s*from vgcourse import\b.*\b({named})\b"
    return bool(re.search(brings, code, re.MULTILINE))


def _code(classroom: Classroom, lesson: Lesson) -> str:
    """The code of the lesson's notebook and that of what observes its answers."""
    cells = [cell.source for cell in classroom.release(lesson).cells if cell.cell_type == "code"]
    modules = registry.modules_of(lesson.id) if lesson.id in registry.known() else []
    observers = [source for source, _, _ in source_parts.observing_sources(tuple(modules)).values()]
    return "\n".join([*cells, *observers])
