"""A loop that swallows every interrupt.

answer: none
earns: 0 or not graded
hangs: yes
"""

import contextlib
import time


def rms(values):
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(1)
