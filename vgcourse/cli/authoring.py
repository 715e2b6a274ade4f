"""What authors of lessons type: new-course, build."""

import argparse
from pathlib import Path

from vgcourse.cli.command_parser import Subcommands, command, there
from vgcourse.errors import CourseError


def add_new_course(commands: Subcommands) -> None:
    """`vgcourse new-course` and its options."""
    new = command(commands, "new-course", _new_course, "Write an instructor's folder, for lessons of your own too.")
    new.add_argument("folder", type=Path, metavar="FOLDER", help="where it goes; what is there already stays")


def _new_course(options: argparse.Namespace) -> int:
    from vgcourse.course.authoring.new_course import new_course
    from vgcourse.course.text_table import count

    written, kept = new_course(options.folder)
    stayed = f" {len(kept)} that were there stay as they are." if kept else ""
    print(f"Wrote {count(len(written), 'file')} to {options.folder}.{stayed}")
    print(f"Next:  {there(options.folder, 'vgcourse build')}")
    return 0


def add_build(commands: Subcommands) -> None:
    """`vgcourse build` and its options."""
    build = command(commands, "build", _build, "Make the students' notebooks from the text in solutions/.")
    build.add_argument("lessons", nargs="*", metavar="LESSON", help="these lessons only")
    build.add_argument("--check", action="store_true", help="write nothing; exit 1 and say what is out of date")


def _build(options: argparse.Namespace) -> int:
    from vgcourse.course.authoring import build
    from vgcourse.course.lesson import find_lesson, find_root, lessons
    from vgcourse.course.text_table import count

    root = find_root()
    chosen = [find_lesson(root, name) for name in options.lessons] or lessons(root)
    if not chosen:
        raise CourseError(f"There is no text of a lesson in {root / 'solutions'}. {build.WHERE}")
    stale = []
    for lesson in chosen:
        built = build.build(lesson)
        if options.check:
            built.pop(lesson.solved)  # never committed, so never out of date
        found = build.outdated(built) if options.check else build.write(built)
        stale += [path.relative_to(root) for path in found]
    for path in stale:
        print(f"{path} is out of date: run `make lessons`" if options.check else f"wrote {path}")
    if not stale:
        print(f"{count(len(chosen), 'lesson is', 'lessons are')} up to date")
    return 1 if options.check and stale else 0
