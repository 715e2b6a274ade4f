"""The command `vgcourse`: each subcommand is one call into the package.

Nothing heavy is imported before a subcommand needs it: `vgcourse --help` answers at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from vgcourse import __version__
from vgcourse.cli import authoring, exporting, learning, published, teaching
from vgcourse.cli.command_parser import CommandParser, understood
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
        sentence = missing(error, options.needs)
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
    for add in _COMMANDS:
        add(commands)
    return parser


# In the order of `vgcourse --help`: who learns, who teaches, who wants to see the published experiments again.
_COMMANDS = (
    learning.add_start,
    learning.add_lab,
    learning.add_check,
    authoring.add_new_course,
    authoring.add_build,
    teaching.add_grade,
    teaching.add_report,
    teaching.add_feedback,
    exporting.add_export,
    teaching.add_demo,
    published.add_reproduce,
)
