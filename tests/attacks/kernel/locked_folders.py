"""Folders that nobody may enter, the home among them.

answer: wrong
earns: 0
"""

import os

os.makedirs("a/b/c")
open("a/b/c/f", "w").close()
for place in ("a/b/c", "a/b", "a", "."):
    os.chmod(place, 0)
os.chmod(os.path.expanduser("~"), 0)
