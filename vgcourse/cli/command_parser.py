"""How a command line is understood: what is wrong with it is said in one sentence, with the word that was meant."""

import argparse
import shlex
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, TypeAlias


class CommandParser(argparse.ArgumentParser):
    """A parser that says which command may have been meant."""

    def error(self, message: str) -> NoReturn:
        """Exit with what argparse found wrong, names shown escaped, and where more is said: in one line."""
        from vgcourse.course.text_table import shown

        self.exit(2, f"{self.prog}: {shown(message).rstrip('.')}. `{self.prog} --help` says what it takes.\n")

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        if action.option_strings and arg_strings == ["--"]:  # `--port=--`: argparse would make an empty list of it
            raise argparse.ArgumentError(action, "expected one argument")
        return super()._get_values(action, arg_strings)

    def _check_value(self, action: argparse.Action, value: str) -> None:
        if not isinstance(action, argparse._SubParsersAction):
            super()._check_value(action, value)
        elif value not in action.choices:
            commands = list(action.choices)
            _refuse(self, f"no command is called {value!r}", value, commands, f"There are {', '.join(commands)}.")


# What `add_subparsers` gives back; argparse has no public name for it.
Subcommands: TypeAlias = "argparse._SubParsersAction[CommandParser]"


def whole(low: int, high: int | None = None) -> Callable[[str], int]:
    """The type of an option that takes a whole number in a range."""
    span = f"from {low} to {high}" if high is not None else f"of at least {low}"

    def read(text: str) -> int:
        number = int(text) if text.strip().lstrip("+-").isdecimal() else None
        if number is None or number < low or (high is not None and number > high):
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number {span}")
        return number

    return read


def understood(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; exits with one sentence where there is no command, or where the command knows no such option."""
    options, strange = parser.parse_known_args(arguments)
    if "run" not in options:
        choices = (action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))
        more = "`vgcourse --help` says what each does."
        _refuse(parser, f"which command? There are {', '.join(next(choices))}", "", (), more)
    if strange:
        command = options.parser
        known = [name for action in command._actions for name in action.option_strings]
        more = f"`{command.prog} --help` says what it takes."
        _refuse(parser, f"`{command.prog}` takes no {strange[0]!r}", strange[0], known, more)
    return options


def _refuse(parser: argparse.ArgumentParser, what: str, given: str, known: Sequence[str], otherwise: str) -> NoReturn:
    """Exit with what is wrong, and the known word that may have been meant, or else with a sentence that helps on."""
    from vgcourse.course.text_table import shown

    near = get_close_matches(given.partition("=")[0], known, n=1)
    hint = f"Did you mean {near[0]}?" if near else otherwise
    parser.exit(2, f"vgcourse: {shown(what)}. {hint}\n")


def command(
    commands: Subcommands,
    name: str,
    run: Callable[[argparse.Namespace], int],
    help: str,
    needs: str = "grading",
) -> argparse.ArgumentParser:
    """A subcommand, to which its options are to be added.

    ``run(options)`` returns the exit code; ``needs`` is the extra that installs what it imports.
    """
    parser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(run=run, parser=parser, needs=needs)
    return parser


def there(folder: Path, command: str) -> str:
    """What to type to run this command in that folder."""
    return command if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && {command}"
