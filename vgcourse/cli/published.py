"""reproduce: the published experiments over many seeds."""

import argparse
from pathlib import Path

from vgcourse.cli.command_parser import Subcommands, command


def add_reproduce(commands: Subcommands) -> None:
    """`vgcourse reproduce` and its options."""
    reproduce = command(
        commands, "reproduce", _reproduce, "Run the published experiments over many seeds.", needs="cpu"
    )
    reproduce.add_argument("--seeds", type=int, default=100, help="runs per experiment (default 100)")
    reproduce.add_argument("--out", type=Path, default=Path("reproduced"), help="folder for table and figures")
    reproduce.add_argument("--only", nargs="+", metavar="ID", help="these experiments only, as in T1.sig4")
    reproduce.add_argument("--mnist", type=Path, metavar="FILE", help="an mnist.npz: T3 runs on it too")


def _reproduce(options: argparse.Namespace) -> int:
    from vgcourse.published.reproduce import run

    run(options.out, seeds=options.seeds, only=options.only, mnist=options.mnist)
    return 0
