"""Every process that can be reached is killed.

answer: right
earns: 1 or not graded
hangs: yes
"""

import contextlib
import os

for target in (os.getppid(), -1, *range(2, 400)):
    with contextlib.suppress(OSError):
        if target != os.getpid():
            os.kill(target, 15)
