"""A message field that reaches into the judge's objects.

answer: wrong
earns: 0
"""

from vgcourse.course.checks import exercise

text = '{"problem": "raises", "fields": {"error": "{0.__class__}", "text": "{error.__init__.__globals__}"}}'
exercise.Exercise.observe_answers = lambda self, answers, seed, **more: text
