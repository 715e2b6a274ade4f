"""A debugger is attached to the process that holds the leash, and it is killed.

answer: right
earns: 1
"""

import contextlib
import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
if os.getpid() != 1 and os.getppid() == 1:
    print("LEAK" if libc.ptrace(16, 1, 0, 0) == 0 else "refused")
for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
    with contextlib.suppress(OSError):
        if os.getppid() == 1:
            os.kill(1, number)
