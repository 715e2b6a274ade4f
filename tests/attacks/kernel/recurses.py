"""A function that calls itself without end.

answer: none
earns: 0
"""


def rms(values):
    return rms(values) + 1
