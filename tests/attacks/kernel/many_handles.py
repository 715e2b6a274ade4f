"""Open files without end.

answer: none
earns: 0
"""

import contextlib
import os


def rms(values):
    kept = []
    with contextlib.suppress(OSError):
        for _ in range(5000):
            kept.append(os.open("/dev/null", os.O_RDONLY))
        print("LEAK")
    return 0.0
