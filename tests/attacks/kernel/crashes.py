"""Memory that is not there is read.

answer: right
earns: not graded
says: stopped
"""

import ctypes

ctypes.string_at(0)
