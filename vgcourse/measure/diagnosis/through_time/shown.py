"""The rows of a report that tell of time: a table of its own, below that of the layers."""

from html import escape

import numpy as np
import pandas as pd

from vgcourse.measure.diagnosis.through_time.facts import ThroughTime
from vgcourse.measure.diagnosis.words import percent

MUTED = "opacity:.75"  # quieter words, on a light page and a dark one
_HEAD = ("through time", "steps", "factor a step", "left at the first", "heard at the first")
_EXPLAINED = (
    "through time: an error put on the last output, carried back to the first step; heard: the loss at the first "
    "step, relative to the loudest."
)


def time_frame(time: ThroughTime) -> pd.DataFrame:
    """One row a recurrent layer: ``steps, factor, left, heard``; NaN where it could not be measured."""
    rows = {fact.layer: (fact.steps, fact.factor, fact.left, fact.heard) for fact in time.layers}
    rows |= dict.fromkeys(time.unknown, (np.nan,) * 4)
    index = pd.Index(list(rows), name="layer")
    return pd.DataFrame(list(rows.values()), index=index, columns=["steps", "factor", "left", "heard"], dtype=float)


def as_lines(frame: pd.DataFrame) -> list[str]:
    """An aligned table; no line at all for a net without recurrent layers."""
    if frame.empty:
        return []
    rows = [_HEAD, *_rows(frame)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(c.rjust(w) if k else c.ljust(w) for k, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]


def as_table(frame: pd.DataFrame) -> str:
    """The same as HTML."""
    if frame.empty:
        return ""
    side = ["left"] + ["right"] * (len(_HEAD) - 1)
    cell = "text-align:{};padding:2px 10px;white-space:nowrap;font-weight:{}"
    head = "".join(
        f'<th scope="col" style="{cell.format(s, 600)}">{h}</th>' for s, h in zip(side, _HEAD, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row" style="{cell.format("left", 400)}">{escape(name)}</th>'
        + "".join(f'<td style="{cell.format("right", 400)}">{escape(value)}</td>' for value in values)
        + "</tr>"
        for name, *values in _rows(frame)
    )
    return (
        '<div style="overflow-x:auto" tabindex="0" role="region" aria-label="through time">'
        '<table style="border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;margin-top:8px">'
        f'<thead style="{MUTED}"><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f'<p style="margin:6px 0;max-width:820px;{MUTED}">{_EXPLAINED}</p>'
    )


def _rows(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return [
        (
            name,
            _or_dash(row.steps, "{:.0f}".format),
            _or_dash(row.factor, "{:.2g}".format),
            _or_dash(row.left, _share),
            _or_dash(row.heard, _share),
        )
        for name, row in frame.iterrows()
    ]


def _share(value: float) -> str:
    return percent(value) if value <= 1 else f"{value:.2g} times"


def _or_dash(value: float, words) -> str:
    return words(value) if np.isfinite(value) else "–"
