"""An observation in which every number is NaN.

answer: wrong
earns: 0
"""

from vgcourse.course.checks import exercise

exercise.Exercise.observe_answers = lambda self, answers, seed, **more: (
    '{"seen": {"sizes": [NaN, NaN, NaN, NaN, NaN, NaN, NaN]}}'
)
