"""Files without a byte, as many as there may be.

answer: wrong
earns: 0
"""

import os
import tempfile

try:
    for number in range(300_000):
        open(os.path.join(tempfile.gettempdir(), f"empty-{number}"), "w").close()
except OSError:
    pass
