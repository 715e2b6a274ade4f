"""Processes that start processes.

answer: none
earns: 0 or not graded
hangs: yes
"""

import contextlib
import os
import time


def rms(values):
    until = time.time() + 0.5
    while time.time() < until:
        with contextlib.suppress(OSError):
            os.fork()
    return 0.0
