"""Solutions, the gradebook, other submissions and the instructor's home are read.

answer: wrong
earns: 0
"""

import contextlib
import json
import os

with open("ground.json") as file:
    ground = json.load(file)

for path in ground["secrets"]:
    with contextlib.suppress(OSError), open(path, "rb") as file:
        print("LEAK", path, file.read())
for folder in (ground["course"], os.path.dirname(ground["course"]), "/root", "/var", "/mnt", "/srv"):
    for here, _, names in os.walk(folder):
        if any(name in ("gradebook.db", "solution.py", "victim.ipynb") for name in names):
            print("LEAK", here, names)
