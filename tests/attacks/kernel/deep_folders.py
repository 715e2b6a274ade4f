"""Folders within folders, deeper than a program calls itself.

answer: wrong
earns: 0
"""

import os

for _ in range(4000):
    try:
        os.mkdir("d")
        os.chdir("d")
    except OSError:
        break
