"""The kernel is killed by its own code.

answer: right
earns: not graded
says: stopped
"""

import os

os.kill(os.getpid(), 9)
