"""An observation nested a hundred thousand deep.

answer: wrong
earns: 0
"""

from vgcourse.checks import exercise

exercise.Exercise.look = lambda self, answers, seed: '{"seen":' + "[" * 100_000 + "]" * 100_000 + "}"
