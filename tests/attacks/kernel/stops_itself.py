"""The kernel's process is stopped, neither dead nor alive.

answer: right
earns: 0 or not graded
hangs: yes
"""

import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
