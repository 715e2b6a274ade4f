"""The process ends without a word while the answer is defined.

answer: right
earns: not graded
says: stopped
"""

import os

os._exit(0)
