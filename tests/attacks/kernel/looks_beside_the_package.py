"""What lies beside the installed package: texts, tests, history.

answer: none
earns: 0
"""

import pathlib

import vgcourse

top = pathlib.Path(vgcourse.__file__).parents[1]
seen = []
for pattern in (
    "solutions/**/*.py",
    "tests/right_answers/**/*.py",
    ".git/HEAD",
    ".git",
    "lessons/*/written_answers.md",
    "build/**/*",
    "demo/**/*",
    "../*/solutions/**/*.py",
):
    for path in list(top.glob(pattern))[:3]:
        try:
            if path.is_file() and path.stat().st_size and path.read_bytes():
                seen.append(str(path))
        except OSError:
            pass
print("LEAK " + str(seen) if seen else "nothing")
