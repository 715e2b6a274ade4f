"""A diagnosis as text for a terminal and as HTML for a notebook."""

from html import escape

import numpy as np

from vgcourse.measure.diagnosis.thresholds import VANISHED
from vgcourse.measure.diagnosis.through_time.shown import MUTED, as_lines, as_table
from vgcourse.palette import LIGHT
from vgcourse.style import WARN

_TEXT_COLUMNS = {
    "gradient": "gradient",
    "factor": "factor",
    "kernel_gradient": "kernel grad",
    "update_ratio": "update/data",
    "signal": "signal",
    "saturated": "saturated",
    "dead": "dead",
}
_EXPLAINED = (
    "gradient: rms of dL/dh at the layer's output, per example; bar: how much of what the loss sends the layer "
    "hears, in decades, the mark at a thousandth; factor: its norm relative to the next layer's; "
    "signal: how far the output varies over the examples (rms)."
)


def as_text(report) -> str:
    """An aligned table, the verdict below it."""
    head = ["layer", "activation", *_TEXT_COLUMNS.values()]
    rows = [head, *(_row(name, row) for name, row in report.layers.iterrows())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = [
        "  ".join(c.ljust(w) if k < 2 else c.rjust(w) for k, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    rule = "─" * max(map(len, table))
    time = [*as_lines(report.time), rule] if len(report.time) else []
    return "\n".join([table[0], rule, *table[1:], rule, *time, report.verdict, *report.notes, _setting(report)])


def as_html(report) -> str:
    """A calm table with bars on a logarithmic scale, the verdict above it; words and ground are the page's."""
    color = LIGHT["good"] if report.healthy else WARN
    low, high = _decades(report.layers["reach"])
    head = "".join(
        f'<th scope="col" style="text-align:{"left" if k < 3 else "right"};padding:2px 10px;font-weight:600">{h}</th>'
        for k, h in enumerate(["layer", "activation", "back-propagated gradient", *list(_TEXT_COLUMNS.values())[1:]])
    )
    body = "".join(_html_row(name, row, low, high, report) for name, row in report.layers.iterrows())
    notes = "".join(f"<p style='margin:4px 0;max-width:820px'>{escape(note)}</p>" for note in report.notes)
    return (
        f'<div style="font-family:system-ui,sans-serif;font-size:13px;background:{color}12;'
        f'border-left:4px solid {color};padding:10px 16px;display:inline-block;max-width:100%;box-sizing:border-box">'
        f'<p style="margin:0 0 8px;font-size:14px;line-height:1.45;max-width:820px">'
        f"<b>{escape(report.cause)} · {escape(report.layer)}</b><br>"
        f"{escape(report.verdict)}</p>"
        # On a narrow page the table alone scrolls: its words wrap, and nothing of them is cut.
        f'<div style="overflow-x:auto" tabindex="0" role="region" aria-label="layer by layer">'
        f'<table style="border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums">'
        f'<thead style="{MUTED}"><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f'<p style="margin:6px 0;max-width:820px;{MUTED}">{escape(_EXPLAINED)} {escape(_setting(report))}</p>'
        f"{as_table(report.time)}{notes}</div>"
    )


def _row(name: str, row) -> list[str]:
    return [name, row["activation"], *(_cell(key, row) for key in _TEXT_COLUMNS)]


def _cell(key: str, row) -> str:
    value = row[key]
    if not np.isfinite(value):
        return "–"
    if key == "dead":
        return _dead(row)
    if key == "saturated":
        return "–" if "relu" in row["activation"] else f"{value:.0%}"
    if key == "factor":
        return f"{value:.2f}" if 0.01 <= value < 1000 or value == 0 else f"{value:.0e}"
    if key == "update_ratio":
        return f"10^{np.log10(value):.1f}" if value > 0 else "0"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.3g}"
    return f"{value:.1e}"


def _html_cell(key: str, row) -> str:
    text = escape(_cell(key, row))
    return f"10<sup>{text[3:].replace('-', '−')}</sup>" if text.startswith("10^") else text


def _dead(row) -> str:
    units = row["dead_units"]
    if not units:
        return "0"
    listed = ",".join(map(str, units[:4])) + ("…" if len(units) > 4 else "")
    return f"{len(units)} of {row['units']} ({listed})"


def _setting(report) -> str:
    batch = report.batch
    return f"{batch.examples} examples, {batch.loss_name} {batch.loss:.4g}; update/data of {batch.optimizer}."


def _decades(values) -> tuple[float, float]:
    logs = np.log10([v for v in values if np.isfinite(v) and v > 0] or [1.0])
    return min(np.floor(logs.min()) - 1, -7), max(np.ceil(logs.max()), 0)


def _html_row(name: str, row, low: float, high: float, report) -> str:
    blamed = name == report.layer and not report.healthy
    weight = "700" if blamed else "400"
    cells = "".join(
        f'<td style="text-align:right;padding:2px 10px;white-space:nowrap">{_html_cell(key, row)}</td>'
        for key in list(_TEXT_COLUMNS)[1:]
    )
    bar = _bar(row, low, high)
    return (
        f'<tr style="background:{f"{WARN}1f" if blamed else "transparent"}">'
        f'<th scope="row" style="text-align:left;padding:2px 10px;font-weight:{weight}">{escape(name)}</th>'
        f'<td style="text-align:left;padding:2px 10px;{MUTED}">{escape(row["activation"])}</td>'
        f'<td style="text-align:left;padding:2px 10px;white-space:nowrap">{bar}</td>{cells}</tr>'
    )


def _bar(row, low: float, high: float) -> str:
    """A bar of 120 px on a log scale; the mark is where a gradient counts as vanished, for the verdict as well."""
    value = row["reach"]
    share = (np.log10(value) - low) / (high - low) if value > 0 else 0.0
    share = float(np.clip(share, 0, 1)) if np.isfinite(share) else 0.0
    mark = (np.log10(VANISHED) - low) / (high - low) * 120
    color = WARN if not value >= VANISHED else LIGHT["accent"]
    at = "position:absolute"
    return (
        f'<span style="display:inline-block;position:relative;width:120px;height:10px;background:{LIGHT["track"]};'
        'margin-right:8px;vertical-align:middle" aria-hidden="true">'
        f'<span style="{at};left:0;top:0;height:10px;width:{120 * share:.0f}px;background:{color}"></span>'
        f'<span style="{at};left:{mark:.0f}px;top:-2px;height:14px;width:1px;background:{WARN}"></span>'
        f"</span>{escape(_cell('gradient', row))}"
    )
