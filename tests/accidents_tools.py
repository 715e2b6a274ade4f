"""Accidents of tools: what formatters, chats, patches, converters and editors put around code, in names, in fields.

They change a ``Handed`` of ``accidents.py``: ``AROUND`` the texts of its answers, ``TOOLS`` the notebook.
"""

import copy
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.accidents_copied import _copied
from tests.accidents_edited import _written
from tests.accidents_habits import _functions, _new_id, _rewrite, _stub_source
from tests.accidents_typed import _check_of, _stub
from vgcourse.grading.intake.lesson_cells import grade_id

PATCH = "diff --git a/x.py b/x.py\nindex 83db48f..bf2a6c1 100644\n--- a/x.py\n+++ b/x.py\n@@ -1,4 +1,6 @@\n"
# What stands above and below an answer then.
FRAMES = {
    "jupytext's marks": ("# +\n", "\n# -"),
    "jupytext's tags": ('# + tags=["mine"]\n', "\n\n# -\n"),
    "a cell of MyST": ("```{code-cell} ipython3\n:tags: [mine]\n\n", "\n```"),
    "a cell of MyST, with YAML": ("```{code-cell} ipython3\n---\ntags: [mine]\n---\n", "\n```"),
    "a fence of four": ("````python\n", "\n````"),
    "a fence with a title": ('```python title="mine.py" linenums="1"\n', "\n```"),
    "two fences": ("First:\n\n```bash\npip install numpy\n```\n\nThen:\n\n```python\n", "\n```\n"),
    "a fence of its output": ("```python\n", "\n```\n\nOutput:\n\n```\n0.25\n```\n"),
    "a fence of its use": ("```python\n", "\n```\n\nUsage:\n\n```python\nprint('works')\n```\n"),
    "an explanation": ("", "\n\n**Explanation:**\n\n1. First we square.\n2. Then we average.\n- That is all."),
    "headings": ("### Solution\n\n```python\n", "\n```\n\n### Explanation\nIt is the chain rule."),
    "a chat's name and time": ("Ada Lovelace  10:32 AM\n", ""),
    "a chat's day": ("ada — Today at 10:32\n```py\n", "\n```"),
    "a chat's stamp": ("[04.05. 10:32] Ada Lovelace\n\n", ""),
    "buttons of a page": ("answered May 4 at 10:32\n\n12\n\n", "\n\nShare\nImprove this answer\nFollow"),
    "a listing of LaTeX": ("\\begin{lstlisting}[language=Python]\n", "\n\\end{lstlisting}"),
    "marks of a template": ("{% raw %}\n", "\n{% endraw %}"),
    "the foot of vim": ("", '\n~\n~\n"mine.py" 12L, 345B'),
    "the head of nano": ("  GNU nano 6.2            mine.py\n", ""),
    "a signature": ("", "\n\n-- \nAda Lovelace\nStudent number 815"),
    "a traceback": ("", "\n\nTraceback (most recent call last):\n  File \"x\", line 1\nNameError: name 'y'"),
    "doubts": ("", "\n\nI hope this is right!!"),
    "print as it was": ("", "\nprint 'works'"),
    "a form's field": ("", '\nrate = 0.1 #@param {type:"number"}'),
    "a sign that nothing can print": ("# \x00\n", "\x00"),
    "half of a sign": ("# \ud83d\n", ""),
    "a bell": ("\x1b[0m", "\x07"),
    "a remark of 24,000 signs": ("# " + "0.123 " * 4000 + "\n", ""),
    "a list of 28,000 signs": ("mine = [" + "0.123, " * 4000 + "]\n", ""),
    "a late future": ("import numpy as np\nfrom __future__ import annotations\n", ""),
    "a button's label in its first line": ("pythonCopyEdit", ""),
    "a message's stamp in its first line": ("[12:31, 3/4/2026] Ada: ", ""),
    "the keys of an editor that was left": ("i", "\x1b:wq"),
    "a fence with a path": ("```python:circles.ipynb\n", "\n```"),
    "thoughts": ("<think>\nThe user wants a function.\n</think>\n\n", ""),
    "a mark of where it was found": ("", "【4†source】"),
    "a citation's mark": ("", "\n\n:contentReference[oaicite:2]{index=2}"),
    "a magic for another Python": ("%%python3\n", ""),
    "a magic for another program": ("%%script python\n", ""),
    "a magic for a service": ("%%ai openai:gpt-4 -f code\n", ""),
    "a magic for a cluster": ("%%local\n", ""),
    "a magic for another language": ("%%sql\n", ""),
    "a magic for the only Python": ("%python\n", ""),
    "extensions of an editor": ("%load_ext nb_black\n%matplotlib widget\n", ""),
    "options of Quarto": ("#| label: fig-one\n#| echo: true\n", ""),
    "an assistant's remarks": ("# ... existing imports ...\n\n", "\n\n# ... rest of the notebook unchanged ..."),
}
# What became of its text.
TEXTS = {
    "a patch": lambda text: PATCH + "\n".join(f"+{line}" for line in text.split("\n")),
    "lines that grep found": lambda text: "\n".join(f"x.py:{n}:{line}" for n, line in enumerate(text.split("\n"), 1)),
    "a listing of pdb": lambda text: "\n".join(f"{n:3d}  \t{line}" for n, line in enumerate(text.split("\n"), 1)),
    "a block of reST": lambda text: ".. code-block:: python\n\n" + re.sub(r"(?m)^(?=.)", "    ", text),
    "bullets": lambda text: re.sub(r"(?m)^", "• ", text),
    "ends of lines of a page": lambda text: text.replace("\n", "<br>\n"),
    "quotation marks of JSON": lambda text: text.replace('"', '\\"'),
    "a cell of a table": lambda text: "".join(f"{line}<br>" for line in text.split("\n")),
    "blanks that are letters": lambda text: text.replace("\n\n", "\n\u3164\n", 1),
    "dots that multiply": lambda text: text.replace(" * ", " · "),
    "wide blanks": lambda text: text.replace("    ", "\u3000\u3000"),
    "bold letters": lambda text: text.replace("return", "𝗿𝗲𝘁𝘂𝗿𝗻"),
    "signs as JSON writes them for a page": lambda text: text.replace('"', "\\u0022").replace("<", "\\u003c"),
    "one line": lambda text: text.replace("\n", "\\n"),
    "numbers in brackets": lambda text: "\n".join(f"({n:02d}) {line}" for n, line in enumerate(text.split("\n"), 1)),
    "commas of an Arabic keyboard": lambda text: text.replace(", ", "، "),
    "marks of inches": lambda text: text.replace('"', "″"),
    "a dot that stands for three": lambda text: text.replace("...", "…"),
    "names escaped in texts": lambda text: re.sub(r'"([a-z]+)_([a-z]+)"', r'"\1\\_\2"', text),
    "twice": lambda text: f"{text}\n\n\n{text}",
    "an old try in a string": lambda text: '"""\n' + text.replace('"""', "'''").replace("return", "return -")
    + f'\n"""\n{text}',
}  # fmt: skip


def _around(name, front, foot):
    return _copied(name, "Something stands around it.", lambda text, chance: f"{front}{text}{foot}")


AROUND = (
    *(_around(name, *frame) for name, frame in FRAMES.items()),
    *(
        _copied(name, "A tool wrote it anew.", lambda t, _, change=change: change(t))
        for name, change in TEXTS.items()
    ),
)


def letters_of_another_script(h):
    """A name in which some letters are Cyrillic ones that look alike, in the answer and in its check."""
    for cell in _written(h):
        check, names = _check_of(h, cell), _functions(cell)
        if check is not None and len(names) == 1:
            new = names[0].translate(str.maketrans("oaes", "оаеѕ"))
            source = re.sub(rf"\b{names[0]}\b", new, cell.source)
            check.source = re.sub(rf", {names[0]}\b", f", {new}", check.source)
            _rewrite(h, cell, f"{source}\n{names[0]} = {new}")
            cell.source = source


def chat_in_one_cell(h):
    """All answers in one cell, as a chat gave them: some in fences and with words, some without."""
    found = _written(h)
    forms = ("{}", "Here it is:\n\n```python\n{}\n```\nIt works.", "```py\n{}\n```", "Exercise 2:\n\n{}")
    text = "\n\n\n".join(h.random.choice(forms).replace("{}", cell.source) for cell in found)
    for cell in found:
        cell.source = _stub(h, cell).source
    if text:
        h.nb.cells.insert(h.random.choice((0, len(h.nb.cells))), new_code_cell(text))


def in_a_fence_of_prose(h):
    """The answer was typed into a cell of prose below the stub, or into the task, in a fence."""
    for cell in _written(h)[:2]:
        at, text = h.nb.cells.index(cell), f"```python\n{cell.source}\n```"
        above = [one for one in h.nb.cells[:at] if one.cell_type == "markdown" and not grade_id(one)]
        if above and h.random.random() < 0.5:
            above[-1].source += f"\n\n{text}"
        else:
            h.nb.cells.insert(at + 1, new_markdown_cell(text))
        cell.source = _stub(h, cell).source


def in_given_code(h):
    """The answer was typed into the lesson's code above it."""
    for cell in _written(h):
        above = h.nb.cells[: h.nb.cells.index(cell)]
        given = [one for one in above if one.cell_type == "code" and not grade_id(one)]
        if given:
            given[-1].source += f"\n\n\n{cell.source}"
            cell.source = _stub(h, cell).source


def words_and_code_merged(h):
    """An answer in words and one in code became one cell, with the name and the type of the words."""
    words = [c for c in h.nb.cells if c.cell_type != "code" and grade_id(c) and c.source != _stub_source(h, c)]
    if words and (code := _written(h)):
        one, other = h.random.choice(words), h.random.choice(code)
        one.source = h.random.choice((f"{one.source}\n{other.source}", f"{other.source}\n\n{one.source}"))
        h.nb.cells = [cell for cell in h.nb.cells if cell is not other]


def words_beside_the_stubs_line(h):
    """Words stand above or below the line that says where to write them."""
    for cell in h.nb.cells:
        stub = _stub_source(h, cell) if cell.cell_type == "markdown" and grade_id(cell) else cell.source
        if cell.source != stub:
            cell.source = h.random.choice((f"{stub}\n\n{cell.source}", f"{cell.source}\n\n{stub}"))


def imports_taken_out(h):
    """A linter took out what a cell imports and does not use itself."""
    for cell in h.nb.cells:
        if cell.cell_type == "code" and not grade_id(cell):
            cell.source = re.sub(r"(?m)^(?:import|from) [^(\n]+$\n?", "", cell.source)


def check_in_other_words(h):
    """A formatter, or a person, wrote the check's call in another way."""
    forms = (
        'check(\n    "{}",\n    {},\n)', "check ('{}' , {})", 'vg.check("{}", {})', 'check(*("{}", {}))',
        'assert check("{}", {}) is None', 'if True:\n    check("{}", {})', '"""Test"""\ncheck("{}", {})',
        'c = check\nc("{}", {})',
    )  # fmt: skip
    for at in h.checks():
        if call := re.fullmatch(r'check\("([\w-]+)", (.*)\)', h.nb.cells[at].source.strip()):
            h.nb.cells[at].source = h.random.choice(forms).format(call[1], call[2])


def check_above_its_answer(h):
    """A check, or a copy of it, stands above its answer."""
    for cell in _written(h):
        check = _check_of(h, cell)
        if check is not None and check in h.nb.cells:
            above = copy.deepcopy(check)
            above.id = _new_id(h)
            if h.random.random() < 0.5:
                h.nb.cells = [one for one in h.nb.cells if one is not check]
            h.nb.cells.insert(h.nb.cells.index(cell), above)


def empty_cells(h):
    """Empty cells by the hundred."""
    for _ in range(150):
        h.nb.cells.insert(h.random.randrange(len(h.nb.cells) + 1), new_code_cell(""))


def in_another_order(h):
    """The order is turned round, or that of the alphabet."""
    if h.random.random() < 0.5:
        h.nb.cells.reverse()
    else:
        h.nb.cells.sort(key=lambda cell: cell.source)


def in_two_heaps(h):
    """All code, or all prose, in one cell."""
    kind = h.random.choice(("code", "markdown"))
    heap = [c for c in h.nb.cells if c.cell_type == kind and (kind == "code" or not grade_id(c))]
    text = "\n\n\n".join(cell.source for cell in heap)
    rest = [cell for cell in h.nb.cells if not any(cell is one for one in heap)]
    h.nb.cells = [*rest, new_code_cell(text)] if kind == "code" else [new_markdown_cell(text), *rest]


def cut_at_empty_lines(h):
    """Code was split at each empty line."""
    out = []
    for cell in h.nb.cells:
        parts = re.split(r"\n{2,}", cell.source) if cell.cell_type == "code" else [cell.source]
        for n, part in enumerate(parts):
            new = copy.deepcopy(cell)
            new.source, new.id = part, _new_id(h) if n else cell.get("id", "")
            new.metadata = NotebookNode() if n else new.metadata
            out.append(new)
    h.nb.cells = out


def a_cell_a_line(h):
    """An answer was split at every line."""
    for cell in _written(h)[:1]:
        at, (head, *rest) = h.nb.cells.index(cell), cell.source.split("\n")
        cell.source = head
        h.nb.cells[at + 1 : at + 1] = map(new_code_cell, rest)


def odd_fields(h):
    """Ids that are none, marks of nbgrader's that are none, types that nobody knows."""
    for cell in h.nb.cells:
        cell.id = h.random.choice([7, "x" * 99, "a b/ü", "", None, 1.5, ["x"]])
        if grade_id(cell) and h.random.random() < 0.5:
            cell.metadata["nbgrader"] = h.random.choice([None, "x", [], 3, {"grade_id": None}, {"grade_id": ["x"]}])
        elif cell.cell_type == "markdown" and not grade_id(cell):
            cell.cell_type = h.random.choice(["heading", "sql", "input-text", ""])


def names_in_capitals(h):
    """A tool changed the names that nbgrader knows cells by, and its marks are of an older kind."""
    for cell in filter(grade_id, h.nb.cells):
        own = cell.metadata.nbgrader
        own.grade_id = h.random.choice((own.grade_id.upper(), f" {own.grade_id.replace('-', '_')} "))
        own.pop("schema_version", None), own.pop("task", None)
        own["points"] = "2"


def locked_as_answers(h):
    """Somebody made every cell an answer, in nbgrader's sidebar."""
    for cell in h.nb.cells:
        mark = {"grade": True, "solution": True, "locked": False, "points": 1, "task": False, "schema_version": 3}
        cell.metadata["nbgrader"] = NotebookNode(mark | {"grade_id": f"cell-{_new_id(h)}"})


def halves_of_signs(h):
    """Halves of signs and signs of nothing, in prose and in words."""
    for cell in h.nb.cells:
        if cell.cell_type == "markdown" and cell.source != _stub_source(h, cell):
            cell.source += " \ud83d \x00"


def another_lesson(cells):
    """An accident: these cells of another lesson stand above, below or between."""

    def beside_another_lesson(h):
        at, new = h.random.choice((0, len(h.nb.cells) // 2, len(h.nb.cells))), copy.deepcopy(cells)
        for cell in new if h.random.random() < 0.5 else ():
            cell.metadata, cell.id = NotebookNode(), _new_id(h)
        h.nb.cells[at:at] = new

    return beside_another_lesson


TOOLS = (
    letters_of_another_script, chat_in_one_cell, in_a_fence_of_prose, in_given_code, words_and_code_merged,
    words_beside_the_stubs_line, imports_taken_out, check_in_other_words, check_above_its_answer, empty_cells,
    in_another_order, in_two_heaps, cut_at_empty_lines, a_cell_a_line, odd_fields, names_in_capitals,
    locked_as_answers, halves_of_signs,
)  # fmt: skip
