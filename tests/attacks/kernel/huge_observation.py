"""An observation of 40 MB.

answer: wrong
earns: 0 or not graded
hangs: yes
"""

from vgcourse.course.checks import exercise

exercise.Exercise.observe_answers = lambda self, answers, seed: '{"seen": {"size": "' + "x" * 40_000_000 + '"}}'
