"""Interrupts are switched off, then a loop without end.

answer: none
earns: 0 or not graded
hangs: yes
"""

import signal

for number in range(1, 32):
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_IGN)


def rms(values):
    while True:
        pass
