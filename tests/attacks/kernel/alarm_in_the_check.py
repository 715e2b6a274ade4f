"""A signal that arrives in the middle of the check.

answer: right
earns: 1
"""

import signal


def interrupt(*_):
    raise KeyboardInterrupt


signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 3600)
