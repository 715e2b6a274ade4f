"""Accidents of habit: how people keep, name, share and hand in their work, beyond what an editor does to a file.

They change a ``Handed`` of ``accidents.py``. ``HABITS`` leave every answer where it can be found.
"""

import copy
import itertools
import quopri
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.accidents_edited import _written
from tests.accidents_typed import _check_of, _stub
from vgcourse.grading.intake.code import read_code
from vgcourse.grading.intake.lesson_cells import grade_id


def _new_id(h):
    return f"{h.random.getrandbits(48):012x}"


def _rewrite(h, cell, source):
    """The answer says the same in another way, from now on."""
    cell.source = h.rewritten[grade_id(cell).removesuffix("-answer")] = source


def _functions(cell):
    """The names of the functions of one line's head that a cell defines at its margin."""
    return re.findall(r"(?m)^def (\w+)\(", cell.source)


def framed(h):
    """Marks of other tools around answers: of editors, of nbdev and Quarto, of a teacher's own, of a shell."""
    frames = (
        ("#region mine\n", "\n#endregion"), ("#| export\n", ""), ("### BEGIN SOLUTION\n", "\n### END SOLUTION"),
        ("#%% mine\n", ""), ("pip install numpy\n", ""), ("% my answer\n", ""), ("", "\n// done"),
        ("```python\n", ""), ("", "\n```\n"), ("", "\n\n\nraise NotImplementedError()"), ("\u200f", ""),
        ("Sure! Here is the function:\n\n", "\n\nLet me know if you have any questions!"),
    )  # fmt: skip
    for cell in _written(h):
        front, foot = h.random.choice(frames)
        cell.source = f"{front}{cell.source}{foot}"


def unseen_signs(h):
    """Signs that nobody sees within the code: soft hyphens, page ends, marks of direction."""
    for cell in _written(h):
        cell.source = cell.source.replace("return", "re\u00adturn").replace("\n\n\n", "\n\x0c\n\n")


def pasted_cells(h):
    """Cells of code in which there is none: words, a formula, a traceback, a verdict, a list."""
    texts = (
        "This is my answer, I used the chain rule here.", "$$\\sum_i x_i^2$$", "## My solution\n- first\n- then",
        "NameError       Traceback (most recent call last)\nCell In[7], line 1\n----> 1 x\n\nNameError: x",
        "✓ Right · 1 of 1 point · Well done.",
    )  # fmt: skip
    if any(grade_id(c) and c.cell_type == "markdown" and c.source == _stub_source(h, c) for c in h.nb.cells):
        return  # words beside a blank answer in words are for a person to read
    for cell in _written(h):
        h.nb.cells.insert(h.nb.cells.index(cell) + h.random.choice((0, 1)), new_code_cell(h.random.choice(texts)))


def ids_shifted(h):
    """A tool that writes ids or metadata by position was one off, or added numbers to names."""
    kind = h.random.choice(("ids", "metadata", "numbers"))
    if kind == "ids":
        ids = [cell.get("id") for cell in h.nb.cells]
        for cell, id in zip(h.nb.cells, [*ids[1:], ids[0]], strict=True):
            cell.id = id
    elif kind == "metadata":
        all_of_them = [copy.deepcopy(cell.metadata) for cell in h.nb.cells]
        for cell, other in zip(h.nb.cells, [*all_of_them[1:], NotebookNode()], strict=True):
            cell.metadata = other
    else:
        for cell in filter(grade_id, h.nb.cells):
            cell.metadata.nbgrader.grade_id = f"{grade_id(cell)}-1"


def checks_together(h):
    """All checks were put into one cell at the end; or made prose, or emptied, or caught."""
    checks, kind = [h.nb.cells[i] for i in h.checks()], h.random.choice(("one", "prose", "empty", "caught"))
    if kind == "one" and checks:
        text = "\n".join(check.source for check in checks)
        h.nb.cells = [cell for cell in h.nb.cells if not any(cell is check for check in checks)]
        h.nb.cells.append(new_code_cell(text))
    for check in checks if kind != "one" else ():
        if kind == "prose":
            check.cell_type, check.source = "markdown", f"`{check.source}`"
            check.pop("outputs", None), check.pop("execution_count", None)
        elif kind == "empty":
            check.source = ""
        else:
            check.source = f"try:\n    {check.source}\nexcept AssertionError as e:\n    print(e)"


def named_at_the_end(h):
    """A function gets the lesson's name by another way than a line of its own: together with others, in a call."""
    for cell in _written(h):
        names = _functions(cell)
        if len(names) == 1 and set(names) == read_code(cell.source).binds:
            (name,) = names
            own = re.sub(rf"\b{name}\b", "_mine", cell.source)
            forms = (f"{name}, _ = _mine, None", f"print({name} := _mine)", f"{name} = other = _mine")
            _rewrite(h, cell, f"{own}\n\n\n{h.random.choice(forms)}")


def initials(h):
    """Functions bear the student's initials; a line gives them the lesson's names."""
    for cell in _written(h):
        for name in _functions(cell):
            own = re.sub(rf"\b{name}\(", f"{name}_AL(", cell.source)
            _rewrite(h, cell, f"{own}\n\n\n{name} = {name}_AL")


def in_a_class(h):
    """Functions are kept in a class, and taken out of it below."""
    for cell in _written(h):
        names = _functions(cell)
        if names and "class " not in cell.source and len(names) == len(read_code(cell.source).binds):
            body = "\n".join(f"    {line}" if line else "" for line in cell.source.split("\n"))
            body = re.sub(r"(?m)^    def ", "    @staticmethod\n    def ", body)
            taken = "\n".join(f"{name} = Mine.{name}" for name in names)
            if len(names) == 1:
                _rewrite(h, cell, f"class Mine:\n{body}\n\n\n{taken}")


def within_a_condition(h):
    """Answers stand below `if True:` or in a `try`, as switches for old and new tries."""
    for cell in _written(h):
        body = "\n".join(f"    {line}" if line else "" for line in cell.source.split("\n"))
        if '"""' in body and "\n\n" in body.split('"""')[1]:
            continue
        head, foot = h.random.choice(
            (("if True:", ""), ("try:", "\nexcept NameError:\n    pass"), ("with np.errstate():", ""))
        )
        _rewrite(h, cell, f"{head}\n{body}{foot}")


def solved_in_a_copy_of_another(h):
    """A solved cell was copied, and the next answer written into the copy; its own stub was deleted."""
    found = [h.nb.cells[i] for i in h.answers()]
    for first, second in itertools.pairwise(found):
        if second.source != _stub(h, second).source and h.random.random() < 0.6:
            second.metadata, second.id = copy.deepcopy(first.metadata), _new_id(h)


def names_exchanged(h):
    """The metadata and ids of two answers' cells were exchanged: one was pasted over the other."""
    found = [h.nb.cells[i] for i in h.answers()]
    if len(found) > 1:
        a, b = h.random.sample(found, 2)
        a.metadata, b.metadata = b.metadata, a.metadata
        a.id, b.id = b.id, a.id


def all_ids_alike(h):
    """A tool gave every cell the same id."""
    for cell in h.nb.cells:
        cell.id = "cell"


def translated(h):
    """A browser translated all prose, docstrings and remarks; nothing is left to answer in words."""
    if any(grade_id(c) and c.cell_type == "markdown" and c.source == _stub_source(h, c) for c in h.nb.cells):
        return  # what stands beside it would be read as words of the student's own, and a person asked to look
    pairs = "the der The Die of von and und a ein is ist in im it es to zu Exercise Aufgabe answer Antwort with mit"
    words = dict(zip(pairs.split()[::2], pairs.split()[1::2], strict=True))
    pattern = re.compile(r"\b(" + "|".join(words) + r")\b")

    def german(text):
        return pattern.sub(lambda m: words[m[0]], text)

    for cell in h.nb.cells:
        if cell.cell_type == "markdown" and not grade_id(cell):
            cell.source = german(cell.source)
        elif cell.cell_type == "code":
            cell.source = re.sub(r'""".*?"""', lambda m: german(m[0]), cell.source, flags=re.S)


def _stub_source(h, cell):
    return next((c.source for c in h.release.cells if grade_id(c) == grade_id(cell)), "")


def docstrings_gone(h):
    """Whoever writes answers takes the docstrings out."""
    for cell in _written(h):
        short = re.sub(r'(?m)^ +""".*?"""\n', "", cell.source, flags=re.S)
        cell.source = short if read_code(short).parses else cell.source


def only_code(h):
    """All prose was deleted, but for answers in words."""
    h.nb.cells = [cell for cell in h.nb.cells if cell.cell_type == "code" or grade_id(cell)]


def only_answers(h):
    """Nothing was handed in but the cells with answers."""
    keep = {id(cell) for cell in h.nb.cells if grade_id(cell) and cell.source != _stub_source(h, cell)}
    if keep:
        h.nb.cells = [cell for cell in h.nb.cells if id(cell) in keep]


def numbered(h):
    """A heading in a remark on top of each answer."""
    for n, cell in enumerate(_written(h), 1):
        cell.source = h.random.choice((f"# {n})\n", f"## Exercise {n}\n", f"# ===== {n} =====\n\n")) + cell.source


def checks_at_the_end(h):
    """All checks were moved into a section of their own."""
    checks = [h.nb.cells[i] for i in h.checks()]
    h.nb.cells = [cell for cell in h.nb.cells if not any(cell is c for c in checks)]
    h.nb.cells += [new_markdown_cell("## Tests"), *checks]


def checks_below_another(h):
    """An answer and its check were copied to the end together, names and all."""
    for cell in _written(h)[:2]:
        if check := _check_of(h, cell):
            h.nb.cells += [copy.deepcopy(cell), copy.deepcopy(check)]


def answer_again_below_its_check(h):
    """An answer's cell stands once more, word for word, behind its check."""
    for cell in _written(h):
        if (check := _check_of(h, cell)) and check in h.nb.cells:
            again = copy.deepcopy(cell)
            again.id = _new_id(h)
            h.nb.cells.insert(h.nb.cells.index(check) + 1, again)


def code_between_checks_merged(h):
    """All code up to a check stands in one cell."""
    out = []
    for cell in h.nb.cells:
        last = out[-1] if out else None
        both = [cell] if last is None else [cell, last]
        if len(both) == 1 or any(c.cell_type != "code" or c.source.startswith("check(") for c in both):
            out.append(cell)
            continue
        last.source += "\n\n\n" + cell.source
        if grade_id(cell):
            last.metadata, last.id = cell.metadata, cell.id
    h.nb.cells = out


def two_copies_half_each(h):
    """The whole lesson stands twice, and some answers were written in the first, others in the second."""
    second = copy.deepcopy(h.nb.cells)
    for one, other in zip(h.nb.cells, second, strict=True):
        other.id = _new_id(h)
        if grade_id(one) and not one.source.startswith("check("):
            stub = _stub_source(h, one)
            if h.random.random() < 0.5:
                one.source = stub
            else:
                other.source = stub
    h.nb.cells += second


def mailed(h):
    """Through a mail program: quoted-printable, which nobody decoded."""
    for cell in _written(h):
        text = quopri.encodestring(cell.source.encode()).decode()
        cell.source = text.replace("=20\n", " \n")


def wrapped(h):
    """A mail program broke long lines at 72 characters."""
    for cell in _written(h):
        lines = []
        for line in cell.source.split("\n"):
            while len(line) > 72 and " " in line.strip()[:72]:
                at = line.rfind(" ", 8, 72)
                if at <= len(line) - len(line.lstrip()):
                    break
                lines.append(line[:at])
                line = line[at + 1 :]
            lines.append(line)
        cell.source = "\n".join(lines)


def own_setup(h):
    """Cells of one's own on top: Colab's drive, pip, a seed, warnings, a style, one's name."""
    mine = (
        "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive/course",
        "!pip install -q vgcourse", "np.random.seed(42)", "import warnings\nwarnings.filterwarnings('ignore')",
        "%load_ext autoreload\n%autoreload 2", "name = input('name: ')", "student = 'Ada Lovelace'",
        "from tqdm.notebook import tqdm", "plt.style.use('seaborn')", "%config InlineBackend.figure_format = 'svg'",
    )  # fmt: skip
    for source in h.random.sample(mine, 3):
        h.nb.cells.insert(h.random.choice((0, 1, 2)), new_code_cell(source))


def cell_flags(h):
    """Flags that interfaces leave in cells: trusted, hidden, locked, tagged, folded, timed."""
    flags = (
        {"trusted": True}, {"deletable": False, "editable": False}, {"jupyter": {"source_hidden": True}},
        {"tags": ["hide-input", "raises-exception"]}, {"slideshow": {"slide_type": "skip"}},
        {"ExecuteTime": {"start_time": "x"}}, {"collapsed": True, "scrolled": False}, {"heading_collapsed": True},
        {"execution": {"iopub.status.busy": "x"}}, {"language": "r"}, {"vscode": {"languageId": "julia"}},
        {"nbgrader": {}}, {"lc_cell_meme": {"current": "x"}}, {"solution2": "hidden", "solution": "hidden"},
    )  # fmt: skip
    for cell in h.nb.cells:
        if h.random.random() < 0.7:
            cell.metadata.update(copy.deepcopy(h.random.choice(flags[:-3] if grade_id(cell) else flags)))


def other_kernel(h):
    """The notebook says that it is of another language, or of a kernel that nobody has."""
    spec = h.random.choice(({"name": "ir", "language": "R"}, {"name": "conda-env-x-py"}, {"language": "julia"}, {}))
    h.nb.metadata = NotebookNode({"kernelspec": {"display_name": "x", **spec}, "language_info": {"name": "R"}})


def try_below(h):
    """A cell below each answer calls it, and keeps what comes back under a name of its own."""
    for cell in _written(h):
        for name in _functions(cell)[:1]:
            h.nb.cells.insert(h.nb.cells.index(cell) + 1, new_code_cell(f"result = {name}(np.ones(3))\nresult"))


def versions(h):
    """Tries are kept as versions; the last one gets the lesson's name."""
    for cell in _written(h):
        names = _functions(cell)
        if len(names) == 1:
            (name,) = names
            old = f"def {name}_v1(*args):\n    return 0\n\n\n"
            new = re.sub(rf"\b{name}\(", f"{name}_v2(", cell.source)
            _rewrite(h, cell, f"{old}{new}\n\n\n{name} = {name}_v2")


def old_version_above(h):
    """The same function stands above in the same cell, as it was tried first."""
    for cell in _written(h):
        names = _functions(cell)
        if len(names) == 1:
            head = re.search(rf"(?m)^def {names[0]}\(.*\).*:$", cell.source)
            if head:
                cell.source = f"{head[0]}\n    return 0\n\n\n{cell.source}"


def a_cell_a_function(h):
    """An answer of several functions stands in a cell for each, imports in another, without names."""
    out = []
    for cell in h.nb.cells:
        parts = re.split(r"\n{3,}(?=\S)", cell.source) if cell in _written(h) else [cell.source]
        for n, part in enumerate(parts):
            new = copy.deepcopy(cell)
            new.source = part
            if n:
                new.metadata, new.id = NotebookNode(), _new_id(h)
            out.append(new)
    h.nb.cells = out


def by_letters(h):
    """The lines of every cell are lists of single letters, as a script wrote them."""
    # What `read_cells` joins again; a Handed holds text, so that nothing changes here but its end.
    for cell in h.nb.cells:
        cell.source = "".join(list(cell.source)) + "\n\n"


def semicolons(h):
    """Another language's habit: a semicolon behind each statement of one line."""
    for cell in _written(h):
        text = re.sub(r"(?m)^( +(?:return\b[^\n#(\[{]*|\w+ = [\w.]+\([\w., ]*\)))$", r"\1;", cell.source)
        cell.source = text if read_code(text).parses else cell.source


def typed_heads(h):
    """Functions got annotations."""
    for cell in _written(h):
        text = re.sub(r"(?m)^def (\w+)\((\w+)\):", r"def \1(\2: 'np.ndarray') -> 'float':", cell.source)
        if read_code(text).parses:
            _rewrite(h, cell, text)


def called_otherwise(h):
    """Answers bear names of one's own, and so does what is handed to their checks."""
    for cell in _written(h):
        names, check = _functions(cell), _check_of(h, cell)
        if len(names) != 1 or check is None or names != sorted(read_code(cell.source).binds):
            continue
        (name,) = names
        own = re.sub(rf"\b{name}\(", f"{name}_AL(", cell.source)
        check.source = re.sub(rf", {name}\b", f", {name}_AL", check.source)
        _rewrite(h, cell, f"{own}\n\n\n{name} = {name}_AL")
        cell.source = own


def _renamed(h, cell):
    """The cell's functions bear the student's initials, and nothing gives them the lesson's names; whether it can."""
    names = _functions(cell)
    if not names or set(names) != read_code(cell.source).binds:
        return False
    own = re.sub(rf"\b({'|'.join(names)})\b", r"\1_AL", cell.source)
    _rewrite(h, cell, "\n".join([own, "\n", *(f"{name} = {name}_AL" for name in names)]))
    cell.source = own
    return True


def renamed_and_unchecked(h):
    """Answers bear names of one's own, and their checks were deleted: nothing said that the names are wrong."""
    for cell in _written(h):
        check = _check_of(h, cell)
        if check and _renamed(h, cell):
            h.nb.cells = [one for one in h.nb.cells if one is not check]
            form = h.random.choice(("named", "nameless", "beside the stub", "below the stub"))
            own = cell.source
            if form == "nameless":
                cell.metadata, cell.id = NotebookNode(), _new_id(h)
            elif form == "beside the stub":
                cell.source = _stub(h, cell).source
                h.nb.cells.insert(h.nb.cells.index(cell) + 1, new_code_cell(own))
            elif form == "below the stub":
                cell.source = f"{_stub(h, cell).source}\n\n\n{own}"


def renamed(h):
    """The functions of answers bear names of one's own; their checks stand as they were, and were never run."""
    for cell in _written(h):
        _renamed(h, cell)


def kept_by_a_magic(h):
    """A magic on top keeps what the cell defines to itself; it was put there when the answer stood already."""
    for cell in _written(h):
        cell.source = h.random.choice(("%%timeit -n 1\n", "%%writefile mine.py\n", "%%file mine.py\n")) + cell.source


ALONE = (called_otherwise, kept_by_a_magic, renamed, renamed_and_unchecked)
HABITS = (
    framed, unseen_signs, pasted_cells, ids_shifted, checks_together, named_at_the_end,
    initials, in_a_class, within_a_condition, solved_in_a_copy_of_another, names_exchanged, all_ids_alike, translated,
    docstrings_gone, only_code, only_answers, numbered, checks_at_the_end, checks_below_another,
    answer_again_below_its_check, code_between_checks_merged, two_copies_half_each, mailed, wrapped, own_setup,
    cell_flags, other_kernel, try_below, versions, old_version_above, a_cell_a_function, by_letters, semicolons,
    typed_heads,
)  # fmt: skip
DISGUISED = (
    framed, unseen_signs, named_at_the_end,
    initials, in_a_class, within_a_condition, translated, docstrings_gone, mailed, wrapped, versions,
    old_version_above, typed_heads, semicolons,
)  # fmt: skip
