"""Measure the table of the ways out anew, or with arguments a part of it: ``digits circles dead transformer``."""

import sys

import pandas as pd

from vgcourse.published.kept.ways import FILE, set_ups, transformer

PARTS = {
    "digits": set_ups.digits_runs,
    "circles": set_ups.circles_runs,
    "dead": set_ups.dead_runs,
    "transformer": transformer.transformer_runs,
}


def main(names: list[str]) -> None:
    """Write the table; parts that are not named stay as they were."""
    kept = pd.read_csv(FILE) if names and FILE.exists() else pd.DataFrame()
    parts = []
    for name, runs in PARTS.items():
        if names and name not in names:
            parts.append(kept[kept.part == name])
        else:
            parts += [frame.assign(part=name) for frame in runs()]
    pd.concat(parts, ignore_index=True).round(5).to_csv(FILE, index=False, lineterminator="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
