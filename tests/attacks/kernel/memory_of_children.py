"""Memory taken by many processes, each within its own limit.

answer: none
earns: 0 or not graded
hangs: yes
"""

import os
import time


def rms(values):
    for _ in range(8):
        if os.fork() == 0:
            taken = bytearray(os.urandom(1) * 120_000_000)
            time.sleep(60)
            os._exit(len(taken) % 2)
    time.sleep(20)
    return 0.0
