"""export: marks for a learning platform, or an autograder for Gradescope."""

import argparse
from pathlib import Path

from vgcourse.cli.command_parser import Subcommands, command
from vgcourse.errors import CourseError


def add_export(commands: Subcommands) -> None:
    """`vgcourse export` and its options."""
    export = command(commands, "export", _export, "Write the marks as Canvas, Moodle or a spreadsheet takes them.")
    export.add_argument("lessons", nargs="*", metavar="LESSON", help="one or more lessons, as in 01_circles")
    export.add_argument("--all", action="store_true", help="every lesson that has been graded")
    target = export.add_mutually_exclusive_group(required=True)
    for kind, where in (("canvas", "Canvas's gradebook"), ("moodle", "Moodle"), ("csv", "a spreadsheet")):
        target.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"a CSV for {where}")
    target.add_argument(
        "--gradescope", type=Path, metavar="FOLDER", help="no marks: an autograder's zip, a lesson each"
    )
    export.add_argument("--roster", type=Path, metavar="FILE", help="the CSV downloaded from there, to be filled in")
    export.add_argument("--column", default="", metavar="NAME", help="the assignment's column in that file")
    export.add_argument("--partial", action="store_true", help="marks also where answers are still to be read")


def _export(options: argparse.Namespace) -> int:
    from vgcourse.course.lesson import find_root
    from vgcourse.grading.class_run.classroom import Classroom
    from vgcourse.grading.export import chosen_lessons, export_marks

    if options.gradescope:
        return _export_autograders(options)
    kind = next(kind for kind in ("canvas", "moodle", "csv") if getattr(options, kind))
    classroom = Classroom(find_root())
    lessons = chosen_lessons(classroom, options.lessons, options.all)
    out = getattr(options, kind)
    settings = {"roster": options.roster, "column": options.column, "partial": options.partial}
    print("\n".join([*export_marks(classroom, lessons, kind, out, **settings), f"Marks: {out}"]))
    return 0


def _export_autograders(options: argparse.Namespace) -> int:
    from vgcourse.course.checks import registry
    from vgcourse.course.lesson import find_lesson, find_root, released
    from vgcourse.grading.export.gradescope import write_autograder

    root = find_root()
    chosen = [find_lesson(root, name) for name in options.lessons]
    if options.all:
        known = registry.known()
        chosen = [lesson for lesson in released(root) if lesson.id in known and registry.exercises(lesson.id)]
    if not chosen:
        raise CourseError("Which lesson? Name one or more, or say --all.")
    for lesson in chosen:
        print(f"Autograder: {write_autograder(lesson, options.gradescope)}")
    return 0
