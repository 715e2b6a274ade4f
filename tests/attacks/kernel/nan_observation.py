"""An observation in which every number is NaN.

answer: wrong
earns: 0
"""

from vgcourse.checks import exercise

exercise.Exercise.look = lambda self, answers, seed: '{"seen": {"size": NaN, "four": NaN}}'
