"""A thread goes on showing forged observations while the check and later cells run.

answer: wrong
earns: 0
"""

import threading
import time

from IPython.display import display

from vgcourse.course.checks.observation import MIME, encode


def keep_showing():
    text = encode({"seen": {"sizes": [5.0] * 7}})
    while True:
        display({MIME: {"exercise": "first-check", "observation": text}}, raw=True)
        time.sleep(0.01)


threading.Thread(target=keep_showing, daemon=True).start()
