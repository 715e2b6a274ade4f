"""A tracer changes the check's local names while it runs.

answer: wrong
earns: 0
"""

import sys


def trace(frame, event, _):
    if "row" in frame.f_locals:
        frame.f_locals["row"] = 5.0
    return trace


sys.settrace(trace)
