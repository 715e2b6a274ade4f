"""The command `vgcourse`: each subcommand is one call into the package.

Nothing heavy is imported before a subcommand needs it: `vgcourse --help` answers at once.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from vgcourse import __version__
from vgcourse.course.command_parser import CommandParser, understood, whole
from vgcourse.errors import CourseError
from vgcourse.extras import missing


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand and return the exit code: 0 done, 1 something was found, 2 it could not be done."""
    for stream in (sys.stdout, sys.stderr):
        # Redirected on Windows, they may know no ✓: a question mark is better than a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        return _run(arguments)
    except CourseError as error:
        print(f"vgcourse: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        print(f"vgcourse: {_of_the_system(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nvgcourse: stopped; what was finished is kept.", file=sys.stderr)
        return 130


def _run(arguments: Sequence[str] | None) -> int:
    """The subcommand's exit code; all that it printed is written when it returns."""
    try:
        options = understood(_parser(), arguments)
        return options.run(options)
    except ModuleNotFoundError as error:
        sentence = missing(error, _EXTRAS.get(options.run, "grading"))
        if sentence is None:
            raise
        raise CourseError(sentence) from error
    finally:
        sys.stdout.flush()  # a full disk, or a reader that has gone, is found out here and not when Python ends


def _drop_output() -> None:
    """What cannot be written is let go of: Python would try once more as it ends, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _of_the_system(error: OSError) -> str:
    """What the system refused, where and what to do: a full or read-only disk, a folder in the place of a file."""
    from vgcourse.course.text_table import shown

    where = f"{shown(os.fsdecode(error.filename))}: " if isinstance(error.filename, str | bytes) else ""
    what = error.strerror or type(error).__name__
    return f"{where}{what}. What was finished is kept: mend that, and give the same command again."


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(prog="vgcourse", description="A course on the vanishing gradient problem.")
    parser.add_argument("--version", action="version", version=f"vgcourse {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    teaching = (_add_new_course, _add_build, _add_grade, _add_report, _add_feedback, _add_export, _add_demo)
    for add in (_add_start, _add_lab, _add_check, *teaching, _add_reproduce):
        add(commands)
    return parser


def _command(commands, name: str, run, help: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(run=run, parser=parser)
    return parser


def _add_start(commands) -> None:
    start = _command(commands, "start", _start, "Write the lessons to a folder of your own.")
    start.add_argument("folder", type=Path, metavar="FOLDER", help="where they go; what is there already stays")


def _there(folder: Path, command: str) -> str:
    """What to type to run this command in that folder."""
    return command if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && {command}"


def _start(options: argparse.Namespace) -> int:
    from vgcourse.course.start import start
    from vgcourse.course.text_table import count

    written, kept = start(options.folder)
    new, old = (sum(path.suffix == ".ipynb" for path in paths) for paths in (written, kept))
    stayed = f" {old} that were there stay as they are." if old else ""
    print(f"Wrote {count(new, 'lesson')} to {options.folder / 'lessons'}.{stayed}")
    print(f"Open them:  {_there(options.folder, 'vgcourse lab')}")
    return 0


def _add_lab(commands) -> None:
    lab = _command(commands, "lab", _lab, "Open the course in JupyterLab.")
    lab.add_argument("--no-browser", action="store_true", help="print the address instead of opening it")
    lab.add_argument(
        "--port", type=whole(0, 65535), default=8888, help="port to serve on (the next free one if taken)"
    )


def _lab(options: argparse.Namespace) -> int:
    from vgcourse.course.lesson import find_root
    from vgcourse.lab import open_lab

    return open_lab(find_root(), options.port, browser=not options.no_browser)


def _add_check(commands) -> None:
    check = _command(commands, "check", _check, "Show the scoreboard of a lesson's notebook.")
    check.add_argument("lesson", help="a lesson (01_circles, circles, lessons/01_circles) or a notebook")


def _check(options: argparse.Namespace) -> int:
    from vgcourse.grading.notebook.scoreboard import score_notebook, table

    scores = score_notebook(options.lesson)
    print(table(scores))
    return 0 if all(verdict.passed for verdict in scores) else 1


def _add_new_course(commands) -> None:
    new = _command(commands, "new-course", _new_course, "Write an instructor's folder, for lessons of your own too.")
    new.add_argument("folder", type=Path, metavar="FOLDER", help="where it goes; what is there already stays")


def _new_course(options: argparse.Namespace) -> int:
    from vgcourse.course.authoring.new_course import new_course
    from vgcourse.course.text_table import count

    written, kept = new_course(options.folder)
    stayed = f" {len(kept)} that were there stay as they are." if kept else ""
    print(f"Wrote {count(len(written), 'file')} to {options.folder}.{stayed}")
    print(f"Next:  {_there(options.folder, 'vgcourse build')}")
    return 0


def _add_build(commands) -> None:
    build = _command(commands, "build", _build, "Make the students' notebooks from the text in solutions/.")
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


def _add_grade(commands) -> None:
    grade = _command(commands, "grade", _grade, "Grade the class that handed in a lesson; go on where a run stopped.")
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


def _add_report(commands) -> None:
    report = _command(commands, "report", _report, "Write one page about a graded class.")
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


def _add_feedback(commands) -> None:
    feedback = _command(commands, "feedback", _feedback, "Write the pages that students get back.")
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


def _add_export(commands) -> None:
    export = _command(commands, "export", _export, "Write the marks as Canvas, Moodle or a spreadsheet takes them.")
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


def _add_demo(commands) -> None:
    demo = _command(commands, "demo", _demo, "Make a class of ten for lesson 1 in demo/ and grade it.")
    demo.add_argument("--keep", action="store_true", help="grade the class that is there, make no new one")


def _demo(options: argparse.Namespace) -> int:
    from vgcourse.course.lesson import find_root
    from vgcourse.grading.demo import run_demo

    return run_demo(find_root(), fresh=not options.keep)


def _add_reproduce(commands) -> None:
    reproduce = _command(commands, "reproduce", _reproduce, "Run the published experiments over many seeds.")
    reproduce.add_argument("--seeds", type=int, default=100, help="runs per experiment (default 100)")
    reproduce.add_argument("--out", type=Path, default=Path("reproduced"), help="folder for table and figures")
    reproduce.add_argument("--only", nargs="+", metavar="ID", help="these experiments only, as in T1.sig4")
    reproduce.add_argument("--mnist", type=Path, metavar="FILE", help="an mnist.npz: T3 runs on it too")


def _reproduce(options: argparse.Namespace) -> int:
    from vgcourse.published.reproduce import run

    run(options.out, seeds=options.seeds, only=options.only, mnist=options.mnist)
    return 0


# What a command needs beside the plain package; the others need what grading a class needs.
_EXTRAS = {_lab: "course", _check: "course", _reproduce: "cpu"}


if __name__ == "__main__":
    sys.exit(main())
