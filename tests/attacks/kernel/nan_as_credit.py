"""A NaN as the answer and as the last value of the cell.

answer: none
earns: 0
"""


def rms(values):
    return float("nan")


float("nan")
