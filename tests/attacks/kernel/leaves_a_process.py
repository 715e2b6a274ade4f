"""A process that leaves its group and session, and ignores every signal.

answer: right
earns: 1
"""

import os
import signal
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(10_000)
    os._exit(0)
