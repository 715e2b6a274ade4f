"""Memory that is counted as nobody's: shared, anonymous, in /dev/shm.

answer: none
earns: 0 or not graded
hangs: yes
"""

import contextlib
import mmap
import os
import time


def rms(values):
    with contextlib.suppress(OSError, AttributeError):
        os.write(os.memfd_create("taken"), b"x" * 1000)
        print("LEAK: memory that no limit counts")
    with contextlib.suppress(OSError), open("/dev/shm/taken", "wb") as file:
        for _ in range(500):
            file.write(b"x" * 1_000_000)
        print("LEAK: 500 MB in /dev/shm")
    with contextlib.suppress(OSError, ValueError):
        taken = mmap.mmap(-1, 900_000_000)
        for _ in range(900):
            taken.write(b"x" * 1_000_000)
        time.sleep(20)
        print("LEAK: 900 MB of shared memory")
    return 0.0
