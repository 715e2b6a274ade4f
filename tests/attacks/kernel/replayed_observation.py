"""An observation made with a seed of the student's own is shown in place of the right one.

answer: wrong
earns: 0
"""

from vgcourse.checks import exercise, registry

honest = exercise.Exercise.look
found = registry.find("first-check")
old = honest(found, (found.reference(),), 1234)
exercise.Exercise.look = lambda self, answers, seed: old
