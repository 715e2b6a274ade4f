"""A process that forgets its parents, ignores every signal and has no handle of anybody.

answer: wrong
earns: 0
"""

import contextlib
import os
import signal
import time


def away():
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for n in range(1, 65):
        with contextlib.suppress(OSError, ValueError):
            signal.signal(n, signal.SIG_IGN)
    import ctypes

    ctypes.CDLL(None).prctl(1, 0)
    ctypes.CDLL(None).prctl(36, 1)
    for fd in range(3, 200):
        with contextlib.suppress(OSError):
            os.close(fd)
    end = time.time() + 60
    while time.time() < end:
        time.sleep(0.05)
    os._exit(0)


away()
