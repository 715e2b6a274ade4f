"""One self-contained page: the look that reports and feedback share, and a policy that lets nothing in or out.

A page holds its styles and pictures itself, has no script, and tells the browser to load nothing else: should a
piece of somebody's HTML get past the sanitiser, it still cannot call anybody.
"""

from collections.abc import Iterable

from markupsafe import Markup

from vgcourse.course.text_table import count as count
from vgcourse.palette import DARK, LIGHT, as_css

# No script, no request, no form; pictures only from within the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"

_SHELL = Markup(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""
)

_BASE = """
:root {
  color-scheme: light dark;
  /* light */
}
@media (prefers-color-scheme: dark) {
  :root {
    /* dark */
  }
}
*, *::before { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 36px 28px 64px; max-width: 1060px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  overflow-wrap: break-word;
}
h1 { margin: 0 0 4px; font-size: 28px; line-height: 1.2; text-wrap: balance; }
h2 { margin: 44px 0 4px; font-size: 20px; line-height: 1.25; }
h3 { margin: 0; font-size: 16px; line-height: 1.3; }
p { margin: 0 0 10px; max-width: 72ch; }
a { color: var(--accent); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible {
  outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px;
}
.quiet { color: var(--muted); }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre {
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 13px;
}
@media (max-width: 560px) {
  body { padding: 22px 14px 40px; }
  h1 { font-size: 23px; }
}
@media print {
  :root {
    color-scheme: light;
    /* light */ --accent: var(--ink);
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 12.5px; }
  h2, h3 { break-after: avoid; }
  a { text-decoration: none; }
}
"""

_NAMES = (
    *("ink", "muted", "line", "paper", "panel", "border", "accent", "good", "part", "bad", "open", "shade"),
    *("good-fill", "part-fill", "bad-fill", "open-fill", "keyword", "string", "comment", "number", "name"),
)
BASE = _BASE.replace("/* light */", as_css(LIGHT, names=_NAMES)).replace("/* dark */", as_css(DARK, names=_NAMES))


def page(title: str, body: Markup, style: str = "") -> str:
    """The whole document; ``title`` is escaped, ``body`` is taken as it is."""
    return str(_SHELL.format(policy=POLICY, title=title, style=Markup(BASE + style), body=body))


def join(parts: Iterable[Markup | str]) -> Markup:
    """The parts one after the other; what is not marked as HTML is escaped."""
    return Markup("\n").join(parts)


def number(value: float) -> str:
    """``8.5``, ``12``: the shortest form with at most two decimals."""
    return f"{round(value, 2):g}"
