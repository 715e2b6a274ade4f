"""A process that asks not to be told of its parent's end, and a kernel that does the same.

answer: right
earns: 1
"""

import ctypes
import os
import time

ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
if os.fork() == 0:
    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    if os.fork() == 0:
        os.setsid()
        while True:
            time.sleep(100)
    os._exit(0)
