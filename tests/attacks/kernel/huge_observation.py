"""An observation of 40 MB.

answer: wrong
earns: 0 or not graded
hangs: yes
"""

from vgcourse.checks import exercise

exercise.Exercise.look = lambda self, answers, seed: '{"seen": {"size": "' + "x" * 40_000_000 + '"}}'
