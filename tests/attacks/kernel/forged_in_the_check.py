"""The answer shows a forged observation while the check calls it.

answer: none
earns: 0
"""

from IPython.display import display

from vgcourse.course.checks.observation import MIME, encode


def rms(values):
    text = encode({"seen": {"sizes": [5.0] * 7}})
    for _ in range(50):
        display({MIME: {"exercise": "first-check", "observation": text}}, raw=True)
    return 0.0
