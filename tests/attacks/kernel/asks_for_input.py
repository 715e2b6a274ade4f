"""A question that nobody answers.

answer: none
earns: 0
"""


def rms(values):
    return float(input("How large is it? "))
