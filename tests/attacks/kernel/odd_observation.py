"""Observations of odd shape: a list, a number, keys that are missing, a key of the judge's own.

answer: wrong
earns: 0
"""

from vgcourse.course.checks import exercise

odd = iter(['{"problem": "passed"}', "[1]", "7", '{"seen": {}}', '{"seen": {"sizes": {"__array__": 1}}}'] * 9)
exercise.Exercise.observe_answers = lambda self, answers, seed, **more: next(odd)
