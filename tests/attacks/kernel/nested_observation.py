"""An observation nested a hundred thousand deep.

answer: wrong
earns: 0
"""

from vgcourse.course.checks import exercise

text = '{"seen":' + "[" * 100_000 + "]" * 100_000 + "}"
exercise.Exercise.observe_answers = lambda self, answers, seed, **more: text
