"""An observation is shown before the check makes its own.

answer: wrong
earns: 0
"""

from IPython.display import display

from vgcourse.course.checks.observation import MIME, encode

text = encode({"seen": {"sizes": [5.0] * 7}})
display({MIME: {"exercise": "first-check", "observation": text}}, raw=True)
