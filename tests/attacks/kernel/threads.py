"""Threads by the thousand.

answer: none
earns: 0 or not graded
hangs: yes
"""

import threading
import time


def rms(values):
    for _ in range(5000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    print("LEAK: 5000 threads")
    return 0.0
