"""What students and self-learners type: start, lab, check."""

import argparse
from pathlib import Path

from vgcourse.cli.command_parser import Subcommands, command, there, whole


def add_start(commands: Subcommands) -> None:
    """`vgcourse start` and its options."""
    start = command(commands, "start", _start, "Write the lessons to a folder of your own.")
    start.add_argument("folder", type=Path, metavar="FOLDER", help="where they go; what is there already stays")


def _start(options: argparse.Namespace) -> int:
    from vgcourse.course.start import start
    from vgcourse.course.text_table import count

    written, kept = start(options.folder)
    new, old = (sum(path.suffix == ".ipynb" for path in paths) for paths in (written, kept))
    stayed = f" {old} that were there stay as they are." if old else ""
    print(f"Wrote {count(new, 'lesson')} to {options.folder / 'lessons'}.{stayed}")
    print(f"Open them:  {there(options.folder, 'vgcourse lab')}")
    return 0


def add_lab(commands: Subcommands) -> None:
    """`vgcourse lab` and its options."""
    lab = command(commands, "lab", _lab, "Open the course in JupyterLab.", needs="course")
    lab.add_argument("--no-browser", action="store_true", help="print the address instead of opening it")
    lab.add_argument(
        "--port", type=whole(0, 65535), default=8888, help="port to serve on (the next free one if taken)"
    )


def _lab(options: argparse.Namespace) -> int:
    from vgcourse.course.lesson import find_root
    from vgcourse.lab import open_lab

    return open_lab(find_root(), options.port, browser=not options.no_browser)


def add_check(commands: Subcommands) -> None:
    """`vgcourse check` and its options."""
    check = command(commands, "check", _check, "Show the scoreboard of a lesson's notebook.", needs="course")
    check.add_argument("lesson", help="a lesson (01_circles, circles, lessons/01_circles) or a notebook")


def _check(options: argparse.Namespace) -> int:
    from vgcourse.grading.notebook.scoreboard import score_notebook, table

    scores, besides = score_notebook(options.lesson)
    print(table(scores, besides))
    return 0 if all(verdict.passed for verdict in scores) else 1
