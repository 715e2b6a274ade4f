"""An observation of 40 MB.

answer: wrong
earns: 0 or not graded
hangs: yes
"""

from vgcourse.course.checks import exercise

text = '{"seen": {"sizes": "' + "x" * 40_000_000 + '"}}'
exercise.Exercise.observe_answers = lambda self, answers, seed, **more: text
