"""The body of a feedback page: prose, answers and outputs as the notebook had them, and each cell's mark."""

from markupsafe import Markup
from nbconvert.filters.highlight import Highlight2HTML
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution, is_task

from vgcourse.grading.pages.feedback.outputs import outputs
from vgcourse.grading.pages.feedback.sanitize import render
from vgcourse.grading.pages.feedback.summary import Line, line, titles, verdict_of
from vgcourse.grading.pages.page import number

_highlight = Highlight2HTML(pygments_lexer="ipython3")


def cells(nb: NotebookNode) -> Markup:
    """Every cell, in order."""
    headings = titles(nb)
    shown = [_cell(cell, headings[i], f"cell-{i}") for i, cell in enumerate(nb.cells)]
    return Markup('<main><h2 class="quiet kind">Your notebook</h2>{}</main>').format(Markup("\n").join(shown))


def _cell(cell: NotebookNode, heading: str, anchor: str) -> Markup:
    mark = line(cell, heading, anchor) if is_grade(cell) or is_task(cell) else None
    kind = "answer" if is_solution(cell) or is_task(cell) else "check" if mark else cell.cell_type
    label = Markup('<p class="label">Your answer</p>') if kind == "answer" else ""
    parts = [label, _content(cell), _verdict(mark) if mark else "", _comment(cell)]
    return Markup('<section class="cell {}" id="{}">{}</section>').format(kind, anchor, Markup("\n").join(parts))


def _content(cell: NotebookNode) -> Markup:
    if cell.cell_type == "markdown":
        return Markup('<div class="prose">{}</div>').format(render(cell.source, cell.get("attachments")))
    if cell.cell_type != "code":
        return Markup("<pre>{}</pre>").format(cell.source)
    source = Markup('<div class="source" tabindex="0">{}</div>').format(Markup(_highlight(cell.source)))
    if cell.metadata.get("jupyter", {}).get("source_hidden"):
        source = Markup("<details><summary>Code</summary>{}</details>").format(source)
    # A check's outputs are its verdict, which stands below in words.
    return source if verdict_of(cell) else source + outputs(cell)


def _verdict(mark: Line) -> Markup:
    hand = " · by hand" if mark.by_hand else ""
    return Markup(
        '<div class="verdict {}"><strong>{} {}</strong> <span class="number">{} of {}{}</span><br>{}</div>'
    ).format(mark.state, mark.sign, mark.title, number(mark.score), number(mark.points), hand, mark.message)


def _comment(cell: NotebookNode) -> Markup:
    said = cell.metadata.get("nbgrader", {}).get("comment")
    if not said or said == "No response.":  # nbgrader's own, where nothing was written: the mark says so
        return Markup("")
    return Markup('<div class="comment"><p class="label">Comment</p>{}</div>').format(render(said))


STYLE = """
body { max-width: 860px; }
.top { display: flex; flex-wrap: wrap; gap: 16px 40px; justify-content: space-between; align-items: flex-end;
  padding-bottom: 18px; border-bottom: 1px solid var(--border); }
.top > div:first-child { flex: 1 1 300px; }
.kind { margin: 0 0 2px; font-weight: 400; font-size: 13px; letter-spacing: .04em; text-transform: uppercase; }
.who { margin: 0; font-size: 17px; }
.total { flex: 0 1 300px; }
.total p { margin: 0; }
.total strong { font-size: 34px; line-height: 1.1; font-variant-numeric: tabular-nums; }
.bar { display: flex; gap: 3px; height: 10px; margin: 6px 0 5px; }
.seg { background: var(--open-fill); border-radius: 3px; overflow: hidden; min-width: 4px; }
.seg i { display: block; height: 100%; background: var(--good-fill); }
.seg.part i { background: var(--part-fill); }
.lines { list-style: none; margin: 10px 0 0; padding: 0; }
.lines li { display: grid; grid-template-columns: 22px minmax(0, 1fr) auto; gap: 2px 10px; padding: 10px 0;
  border-bottom: 1px solid var(--line); }
.lines p { margin: 1px 0 0; color: var(--muted); }
.lines a { color: var(--ink); font-weight: 600; text-decoration-color: var(--border); }
.sign { font-weight: 700; }
.good .sign, .verdict.good strong { color: var(--good); }
.part .sign, .verdict.part strong { color: var(--part); }
.bad .sign, .verdict.bad strong { color: var(--bad); }
.open .sign, .verdict.open strong { color: var(--open); }
.tag { display: inline-block; margin-left: 6px; padding: 0 7px; border: 1px solid var(--border); border-radius: 9px;
  font-size: 12px; color: var(--muted); }
main { margin-top: 34px; }
.cell { margin: 0 0 14px; scroll-margin-top: 12px; overflow: hidden; contain: paint; }
.prose { max-width: 74ch; }
.prose h1 { font-size: 24px; margin: 26px 0 8px; } .prose h2 { font-size: 20px; margin: 26px 0 6px; }
.prose h3 { font-size: 16.5px; margin: 20px 0 4px; }
.prose p, .prose ul, .prose ol { margin: 0 0 8px; }
.prose table, .out table { border-collapse: collapse; margin: 6px 0; font-variant-numeric: tabular-nums; }
.prose th, .prose td, .out th, .out td { padding: 3px 10px; border-bottom: 1px solid var(--line); text-align: right; }
.prose blockquote { margin: 8px 0; padding-left: 14px; border-left: 3px solid var(--border); color: var(--muted); }
.prose :not(pre) > code { background: var(--panel); border-radius: 4px; padding: 1px 4px; }
summary { cursor: pointer; color: var(--accent); }
math { font-size: 1.06em; }
math[display="block"] { margin: 10px 0; overflow-x: auto; overflow-y: hidden; }
.tex { color: var(--muted); white-space: pre-wrap; }
pre { margin: 0; white-space: pre-wrap; }
.source { background: var(--panel); border-radius: 6px; overflow-x: auto; }
.source pre { padding: 9px 12px; white-space: pre; line-height: 1.45; }
.prose pre { padding: 9px 12px; background: var(--panel); border-radius: 6px; line-height: 1.45; }
.out { margin: 6px 0 0; padding-left: 12px; overflow-x: auto; }
.out img, .prose img { max-width: 100%; height: auto; background: white; border-radius: 4px; }
.out .stderr { color: var(--part); } .out .error { padding: 8px 12px; background: var(--shade); border-radius: 6px; }
.answer { padding: 10px 14px 12px; border: 1px solid var(--border); border-left: 4px solid var(--accent);
  border-radius: 8px; }
.label { margin: 0 0 4px; font-size: 12.5px; font-weight: 600; color: var(--accent); }
.verdict { margin: 8px 0 0; padding: 9px 13px; border-left: 4px solid var(--open-fill); background: var(--panel);
  border-radius: 0 6px 6px 0; }
.verdict.good { border-color: var(--good-fill); } .verdict.part { border-color: var(--part-fill); }
.verdict.bad { border-color: var(--bad-fill); }
.verdict .number { color: var(--muted); }
.comment { margin: 8px 0 0; padding: 9px 13px; background: var(--shade); border-radius: 6px; }
.comment p:last-child { margin: 0; }
.highlight { background: none; }
.k, .kn, .kc, .kd, .ow { color: var(--keyword); font-weight: 600; }
.s, .s1, .s2, .sd, .sa, .si, .se { color: var(--string); }
.c, .c1, .cm { color: var(--comment); font-style: italic; } .mi, .mf, .mh { color: var(--number); }
.nf, .nc { color: var(--name); }
.ansi-red-fg { color: var(--bad); } .ansi-green-fg { color: var(--good); } .ansi-bold { font-weight: 700; }
.ansi-cyan-fg, .ansi-blue-fg { color: var(--accent); }
@media print {
  .cell { break-inside: auto; } .verdict, .lines li, .out img { break-inside: avoid; }
  .source pre { white-space: pre-wrap; }
}
"""
