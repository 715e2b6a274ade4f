"""The exercise is replaced by one that everything passes.

answer: wrong
earns: 0
"""

from vgcourse.course.checks import registry
from vgcourse.course.checks.exercise import Exercise

easy = Exercise("first-check", points=1, title="", answers=("rms",), passed="", misses={})
easy.observe(lambda *_: {"sizes": [5.0] * 7})
easy.judge(lambda *_: None)
registry.find = lambda _: easy
