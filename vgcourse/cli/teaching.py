"""What instructors type: grade, report, feedback, demo."""

import argparse
from pathlib import Path

from vgcourse.cli.command_parser import Subcommands, command, whole
from vgcourse.errors import CourseError


def add_grade(commands: Subcommands) -> None:
    """`vgcourse grade` and its options."""
    grade = command(commands, "grade", _grade, "Grade the class that handed in a lesson; go on where a run stopped.")
    what = grade.add_mutually_exclusive_group(required=True)
    what.add_argument("lesson", nargs="?", help="a lesson, as in 01_circles")
    what.add_argument("--all", action="store_true", help="every lesson that somebody handed in")
    grade.add_argument("--from", type=Path, dest="download", metavar="PATH", help="a download of Canvas or Moodle")
    grade.add_argument("--student", action="append", metavar="NAME", help="only this student (repeatable)")
    grade.add_argument("--jobs", type=whole(1), metavar="N", help="worker processes (default: one a processor)")
    grade.add_argument("--regrade", action="store_true", help="also who is graded already and has not changed")
    grade.add_argument("--every-cell", action="store_true", help="also the cells that no mark depends on")
    grade.add_argument("--isolation", choices=_ISOLATION, help="required: refuse where it is not complete")
    grade.add_argument("--scheduler", metavar="ADDRESS", help="grade on the dask cluster whose scheduler is there")
    grade.add_argument("--csv", type=Path, default=Path("grades.csv"), help="where the marks go")


_ISOLATION = ("auto", "required", "landlock", "process")


def _grade(options: argparse.Namespace) -> int:
    from vgcourse.course.lesson import find_lesson, find_root, lessons
    from vgcourse.course.text_table import shown
    from vgcourse.grading.class_run import begin_imports

    root = find_root()
    everything = lessons(root) if options.all else [find_lesson(root, options.lesson)]
    if not options.scheduler:
        begin_imports()

    from traitlets.config import Config

    from vgcourse.grading.class_run.classroom import Classroom
    from vgcourse.grading.class_run.driver import grade_class, handed_in

    choice = {"isolation": options.isolation} if options.isolation else {}
    config = Config({"GradingProvisioner": choice, "PlainProvisioner": choice})
    if options.every_cell:
        config.JudgedExecute.every_cell = True
    classroom = Classroom(root, config)
    chosen = list(handed_in(classroom, everything, options.student)) if options.all else everything
    if not chosen and options.student:
        raise CourseError(f"No submission of any lesson from {', '.join(map(shown, options.student))}.")
    if not chosen:
        raise CourseError("Nobody has handed in anything yet: there is nothing in the folder of submissions.")
    if not options.csv.name:
        raise CourseError(f"--csv is the file for the marks, as in grades.csv, and not {str(options.csv)!r}.")
    if options.all and options.download:
        raise CourseError("A download holds one lesson: name it, as in `vgcourse grade 01_circles --from FILE`.")
    if options.jobs is not None and options.jobs < 1:
        raise CourseError(f"--jobs is a number of processes, 1 or more, not {options.jobs}.")
    results = []
    for lesson in chosen:
        csv = options.csv.with_stem(f"{options.csv.stem}-{lesson.id}") if options.all else options.csv
        results += grade_class(
            classroom,
            lesson,
            students=options.student,
            csv=csv,
            jobs=options.jobs,
            regrade=options.regrade,
            scheduler=options.scheduler,
            download=options.download,
        )
    return 1 if any(result.reason for result in results) else 0


def add_report(commands: Subcommands) -> None:
    """`vgcourse report` and its options."""
    report = command(commands, "report", _report, "Write one page about a graded class.")
    report.add_argument("lesson", help="a lesson, as in 01_circles")
    report.add_argument("--out", type=Path, metavar="FILE", help="where the page goes (default: LESSON_report.html)")


def _report(options: argparse.Namespace) -> int:
    from vgcourse.course.lesson import find_lesson, find_root
    from vgcourse.grading.class_run.classroom import Classroom
    from vgcourse.grading.pages.report import write_report

    root = find_root()
    lesson = find_lesson(root, options.lesson)
    print(f"Report: {write_report(Classroom(root), lesson, options.out or Path(f'{lesson.id}_report.html'))}")
    return 0


def add_feedback(commands: Subcommands) -> None:
    """`vgcourse feedback` and its options."""
    feedback = command(commands, "feedback", _feedback, "Write the pages that students get back.")
    feedback.add_argument("lesson", help="a lesson, as in 01_circles")
    feedback.add_argument("--student", action="append", metavar="NAME", help="only this student (repeatable)")


def _feedback(options: argparse.Namespace) -> int:
    from vgcourse.course.lesson import find_lesson, find_root
    from vgcourse.course.text_table import count
    from vgcourse.grading.class_run.classroom import Classroom
    from vgcourse.grading.pages.feedback.pages import write_pages

    root = find_root()
    written, problems, said = write_pages(Classroom(root), find_lesson(root, options.lesson), options.student)
    print("\n".join([*problems, *said, count(len(written), "page") + (f", as in {written[0]}" if written else "")]))
    return 1 if problems else 0


def add_demo(commands: Subcommands) -> None:
    """`vgcourse demo` and its options."""
    demo = command(commands, "demo", _demo, "Make a class of ten for lesson 1 in demo/ and grade it.")
    demo.add_argument("--keep", action="store_true", help="grade the class that is there, make no new one")


def _demo(options: argparse.Namespace) -> int:
    from vgcourse.course.lesson import find_root
    from vgcourse.grading.demo import run_demo

    return run_demo(find_root(), fresh=not options.keep)
