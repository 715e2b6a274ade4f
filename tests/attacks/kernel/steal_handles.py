"""Open files of other processes, taken by their handles.

answer: wrong
earns: 0
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for pid in {os.getppid(), *(int(p) for p in os.listdir("/proc") if p.isdigit())} - {os.getpid()}:
    if pid == 1 and os.getppid() == 1:
        pass
    fd = libc.syscall(434, pid, 0)
    if fd < 0:
        continue
    for n in range(3, 40):
        got = libc.syscall(438, fd, n, 0)
        if got >= 0:
            print("LEAK handle", pid, n)
            break
