"""Links in the scratch folder lead to the course.

answer: wrong
earns: 0
"""

import contextlib
import json
import os

with open("ground.json") as file:
    ground = json.load(file)

for number, path in enumerate(ground["secrets"]):
    os.symlink(path, f"soft{number}")
    with contextlib.suppress(OSError):
        os.link(path, f"hard{number}")
    for kind in ("soft", "hard"):
        with contextlib.suppress(OSError), open(f"{kind}{number}", "rb") as file:
            print("LEAK", file.read())
