"""The installed package is rewritten so that the next student's checks pass.

answer: wrong
earns: 0
"""

import contextlib
import os

import numpy

import vgcourse
from vgcourse.course.checks import exercise
from vgcourse.course.exercises import start

for module in (vgcourse, exercise, start, numpy):
    with contextlib.suppress(OSError):
        os.chmod(module.__file__, 0o666)
    with contextlib.suppress(OSError), open(module.__file__, "a") as file:
        file.write("\nraise SystemExit('LEAK')\n")
        print("LEAK")
