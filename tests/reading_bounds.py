"""Hand-ins made to cost their grader time, memory or its life, and a child that reads each of them within limits.

``python -m tests.reading_bounds FOLDER SEED`` prints a line of JSON a case: name, what came of it, CPU seconds.
"""

import io
import json
import os
import random
import resource
import sys
import time
import zipfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from vgcourse.course.lesson import Lesson
from vgcourse.grading.intake.preflight import NotGraded, prepare

ROOT = Path(__file__).resolve().parents[1]
LESSON = Lesson("01_circles", ROOT)
MEMORY, CPU = 1_500_000_000, 60  # bytes beyond what the child has at first; seconds, at which it is killed


def notebook(*sources: str) -> bytes:
    """A released notebook with these sources in its answers and, beyond them, in cells of its own."""
    nb, left = nbformat.read(LESSON.student, as_version=4), list(sources)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and left and cell.cell_type == "code":
            cell.source = left.pop()
    nb.cells += [new_code_cell(source) for source in left]
    return nbformat.writes(nb).encode()


def time_lines(chance):
    return notebook("\n".join(["x = %time 1"] * chance.choice((300, 1500, 20_000))))


def assigned_magics(chance):
    return notebook("\n".join(f"a{i}, b{i} = !ls {i}" for i in range(chance.choice((400, 1200)))))


def much_that_is_nearly_code(chance):
    """Each cell could be read in many ways, and is code in none."""
    lines = "".join(f"def f{i}(a, b):\n    return a * {i} + b**2\n" for i in range(450))
    return notebook(*(f"Words\n{lines}x = 1 &lt; 2 \\_ </b> ²\nDef {i}\n  (" for i in range(chance.choice((6, 13)))))


def one_long_line(chance):
    return notebook("x = 1" + " + 1" * chance.choice((4_000, 100_000, 240_000)))


def blank_lines(chance):
    return notebook(
        "x =" + " " * 19_000 + "\\", "\n" * 900_000, "\n" * 9_900 + "(", " " * 19_000 + "(", "\t" * 19_000
    )


def string_without_end(chance):
    return b'{"cells": [' + b"1," * 1_100_000 + b'"' + b'\\"' * chance.choice((100_000, 3_000_000))


def numbers_in_its_name(chance):
    return notebook("1")


def deep_python(chance):
    n = chance.choice((150, 900, 4_900))
    shapes = (
        "(" * n + ")" * n, "[" * n, "-" * n + "1", "not " * n + "1", "lambda: " * n + "1", "f(" * n + ")" * n,
        "".join(" " * i + "if 1:\n" for i in range(min(n, 190))) + " " * min(n, 190) + "x = 1",
        "x" + ".x" * n, "x" + "[0]" * n, " if 1 else ".join("1" * n), "{" * n, "f'{" * n,
    )  # fmt: skip
    return notebook(*chance.sample(shapes, 6))


def deep_json(chance):
    depth = chance.choice((900, 30_000, 400_000))
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}")))
    return b'{"cells": ' + (opening * depth + "1" + closing * depth).encode() + b', "nbformat": 4}'


def huge_output(chance):
    nb = new_notebook(cells=[new_code_cell("1", outputs=[new_output("stream", text="x\u4e00" * 7_000_000)])])
    return nbformat.writes(nb).encode()


def many_outputs(chance):
    return b'{"nbformat": 4, "cells": [{"outputs": [' + b"{}," * chance.choice((300_000, 9_000_000)) + b"{}]}]}"


def many_cells(chance):
    cell = b'{"cell_type": "code", "source": "(", "metadata": {}, "outputs": []}'
    return b'{"nbformat": 4, "cells": [' + (cell + b",") * chance.choice((999, 1_001, 500_000)) + cell + b"]}"


def torn_cells(chance):
    """Each is half of something: any row of them might be one cell that was split."""
    piece = chance.choice(("def f(", "x = [\n1,", '"""', "if 1:", "    y = 1"))
    return nbformat.writes(new_notebook(cells=[new_code_cell(f"{piece}  # {i}") for i in range(900)])).encode()


def lesson_again_and_again(chance):
    """The lesson's own lines, in all cells together more than any lesson has."""
    nb = nbformat.read(LESSON.student, as_version=4)
    text = "\n\n".join(cell.source for cell in nb.cells)
    return nbformat.writes(
        new_notebook(cells=[new_markdown_cell(text) for _ in range(chance.choice((8, 60)))])
    ).encode()


def answers_again_and_again(chance):
    source = 'def sigmoid(z):\n    """{}"""\n    return 1'
    return notebook(*(source.format(i if chance.random() < 0.5 else 0) for i in range(800)))


def statements(chance):
    return notebook(*("x = 1\n" * 3_000 for _ in range(chance.choice((10, 60)))))


def short_lines_in_long_cells(chance):
    each = chance.choice((4_000, 28_000))
    return notebook(*(f"y{i} = 2\n" + "x1 = 1\n" * each for i in range(chance.choice((30, 100)))))


def code_between_fences(chance):
    """Each is a text with words, as it may come from a chat, and none of them is code in the end."""
    text = "```python\ndef rms(v):\n    return (\n```\nwords = (\n" * chance.choice((100, 300))
    return notebook(*(f"{text}{i}" for i in range(12)))


def lines_apart(chance):
    """A function in a cell a line: each may go on in the next."""
    return notebook(*("def f(a):" if i % 50 == 0 else f"    a = a + {i}" for i in range(900)))


def long_numbers(chance):
    return b'{"nbformat": 4, "cells": [' + b"9" * chance.choice((4_000, 4_000_000)) + b"]}"


def zip_bomb(chance):
    return _zip({"circles.ipynb": b"[" * 40_000_000, "b.csv": b"0" * 200_000_000})


def zip_in_zip(chance):
    inner = _zip({f"{i}.txt": b"0" * 20_000_000 for i in range(8)})
    return _zip({"inner.zip": _zip({"inner.zip": inner}), "circles.ipynb": notebook("1")})


def many_entries(chance):
    return _zip({f"{i}.txt": b"" for i in range(30_000)})


def _zip(entries: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return data.getvalue()


NOTEBOOKS = (
    time_lines, assigned_magics, much_that_is_nearly_code, one_long_line, blank_lines, deep_python, deep_json,
    huge_output, many_outputs, many_cells, torn_cells, lesson_again_and_again, answers_again_and_again, statements,
    long_numbers, string_without_end, numbers_in_its_name, short_lines_in_long_cells,
    code_between_fences, lines_apart,
)  # fmt: skip
ARCHIVES = (zip_bomb, zip_in_zip, many_entries)
NAMES = {numbers_in_its_name: "circles" + "1" * 200 + "x.ipynb"}


def main(folder: Path, seed: int) -> None:
    """Read every kind once, each in a child of its own."""
    release = nbformat.read(LESSON.student, as_version=4)
    for make in (*NOTEBOOKS, *ARCHIVES):
        source = folder / make.__name__
        source.mkdir(parents=True)
        name = NAMES.get(make, "circles.ipynb" if make in NOTEBOOKS else "all.zip")
        (source / name).write_bytes(make(random.Random(f"{make.__name__}/{seed}")))
        print(json.dumps({"case": make.__name__, **_in_child(source, release)}), flush=True)


def _in_child(source: Path, release) -> dict[str, object]:
    receiving, sending = os.pipe()
    if (child := os.fork()) == 0:
        os.close(receiving)
        _limit()
        began = time.process_time()
        ready = prepare(source, source.with_suffix(".clean"), release, LESSON.name)
        what = f"refused: {ready.reason}" if isinstance(ready, NotGraded) else "read"
        os.write(sending, json.dumps({"what": what, "cpu": round(time.process_time() - began, 2)}).encode())
        os._exit(0)
    os.close(sending)
    with open(receiving, "rb") as answer:
        said = answer.read()
    status = os.waitpid(child, 0)[1]
    return json.loads(said) if status == 0 and said else {"what": f"ended with status {status}", "cpu": None}


def _limit() -> None:
    has = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (has + MEMORY, has + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
