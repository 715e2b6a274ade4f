"""An observation nested a hundred thousand deep.

answer: wrong
earns: 0
"""

from vgcourse.course.checks import exercise

exercise.Exercise.observe_answers = lambda self, answers, seed: '{"seen":' + "[" * 100_000 + "]" * 100_000 + "}"
