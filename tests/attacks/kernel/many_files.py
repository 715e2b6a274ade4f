"""More small files than a file system has places for.

answer: none
earns: 0
"""

import contextlib


def rms(values):
    count = 0
    with contextlib.suppress(OSError):
        for count in range(60_000):
            open(f"file{count}", "w").close()
        print("LEAK")
    print("stopped at", count)
    return 0.0
