"""An observation made with a seed of the student's own is shown in place of the right one.

answer: wrong
earns: 0
"""

from vgcourse.course.checks import exercise, registry

honest = exercise.Exercise.observe_answers
found = registry.find("first-check")
old = honest(found, (found.reference(),), 1234)
exercise.Exercise.observe_answers = lambda self, answers, seed, **more: old
