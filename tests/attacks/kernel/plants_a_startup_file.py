"""Files that Python and IPython run at their start are left for the next student.

answer: wrong
earns: 0
"""

import contextlib
import os
import site
import sys

planted = "raise SystemExit('LEAK')\n"
folders = [
    os.path.expanduser("~/.ipython/profile_default/startup"),
    site.getusersitepackages(),
    *sys.path[1:],
    "/tmp",
]
for folder in folders:
    with contextlib.suppress(OSError):
        os.makedirs(folder, exist_ok=True)
        for name in ("sitecustomize.py", "usercustomize.py", "00-start.py", "numpy.py"):
            with open(os.path.join(folder, name), "w") as file:
                file.write(planted)
