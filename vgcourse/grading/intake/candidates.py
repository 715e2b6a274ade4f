"""Which of the notebooks in a submission is meant: by its name, by what is answered in it, by the exercises in it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from vgcourse.grading.confinement.files import open_ordinary
from vgcourse.grading.intake.align import align, answered, grade_id, is_answer
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.reading import Refused, read_bytes, read_cells
from vgcourse.grading.names import shown

MOST_CANDIDATES = 12  # notebooks that are read; the last handed in count first
MOST_FAR = 3  # of quite other names that are read although the one of the right name has answers
# "circles (1)", "circles - Copy", "Copy of circles", "circles-Copy1", "circles_2", "circles final"
# Digits are taken as one (`++`): a long number could be cut into numbers in more ways than there is time to try.
_COPY = re.compile(
    r"^(copy of )|([ _-]*+(\(\d+\)|copy ?\(?\d*+\)?|kopie|copie|copia|副本|final|\d++))++$", re.IGNORECASE
)
# What a browser or a mail program makes of a notebook's name: circles.ipynb.txt
_NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$", re.IGNORECASE)
_NO_FILES = ("link", "hard-link", "no-file")  # each with a reason `is-…`
# What students hand in for a notebook, and what is to be done about it.
_PAGE, _PRINT = "a web page made of it", "a print of it"
_ARCHIVE, _LINK, _TEXT = "an archive that is no zip", "a link to it", "a text made of it"
_OTHER = {
    **dict.fromkeys((".html", ".htm", ".mhtml", ".webarchive"), _PAGE),
    **dict.fromkeys((".pdf", ".ps", ".tex"), _PRINT),
    ".py": "a script made of it",
    **dict.fromkeys((".gz", ".tar", ".tgz", ".7z", ".rar", ".xz", ".bz2", ".zst"), _ARCHIVE),
    **dict.fromkeys((".webloc", ".url", ".gdoc", ".lnk", ".icloud"), _LINK),
    **dict.fromkeys((".md", ".qmd", ".rmd", ".rst", ".docx", ".doc", ".odt", ".rtf", ".txt"), _TEXT),
    **dict.fromkeys((".eml", ".msg"), "a mail"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".heic"), "a picture"),
}

# What Canvas and Moodle write themselves, where somebody typed an answer, or an address, in place of sending a file.
# What lies beside a notebook and is nobody's work.
_NOBODYS = re.compile(r"(readme|licen[cs]e|changelog|requirements|written_answers|timestamp)\b.*", re.IGNORECASE)
_BOX = "which was typed into the platform's own box"
_TYPED = {"text.html": _BOX, "onlinetext.html": _BOX, "link.html": "an address that was handed in"}


@dataclass
class Candidate:
    """A notebook of a submission, read and aligned when that is asked for."""

    path: Path
    release: NotebookNode
    notes: list[Note] = field(default_factory=list)

    @cached_property
    def notebook(self) -> NotebookNode:
        """The aligned notebook. Raises Refused."""
        cells, read = read_cells(read_bytes(self.path), self.path.name)
        notebook, aligned = align(cells, self.release, self.path.name)
        _refuse_damaged(notebook, self.release, read)
        self.notes += [*read, *aligned]
        return notebook

    @cached_property
    def answers(self) -> dict[str, str] | None:
        """What is answered in it; None where it cannot be read or is another notebook."""
        return None if self.refusal else answered(self.notebook, self.release)

    @cached_property
    def refusal(self) -> Refused | None:
        """Why it cannot be graded, where it cannot."""
        try:
            self.notebook  # noqa: B018
        except Refused as error:
            return error
        return None


def _refuse_damaged(notebook: NotebookNode, release: NotebookNode, read: list[Note]) -> None:
    """Raise Refused where the answer may have stood in a cell that could not be read."""
    lost = {name for note in read if note.kind == "damaged-cells" for name in note.fields["names"]}
    by_id = {cell.get("id"): grade_id(cell) for cell in release.cells if grade_id(cell)}
    there = answered(notebook, release)
    for name in sorted(lost):
        id = by_id.get(name, name)
        if id in by_id.values() and id not in there and any(is_answer(c) for c in release.cells if grade_id(c) == id):
            raise Refused(Note("damaged-answer", cell=id))


def is_notebook(path: Path) -> bool:
    """Whether a file may be a notebook, by its name."""
    return bool(_NOTEBOOK.search(path.name))


def looks_like_notebook(path: Path) -> bool:
    """Whether a file is a notebook by how it begins, whatever its name says."""
    try:
        with open_ordinary(path) as file:
            start = file.read(4096).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    except OSError:
        return False
    return start.startswith(b"{") and any(key in start for key in (b'"cells"', b'"cell_type"', b'"worksheets"'))


def find_notebook(
    files: list[Path], release: NotebookNode, name: str, notes: list[Note], spare: Callable[[], list[Path]] = list
) -> Candidate:
    """The notebook that was meant. Raises Refused where there is none, or more than one that could be.

    ``spare``: files that may be notebooks too, to be looked at where nothing is answered in those that bear the name
    of one: an editor's own copy, what lies in an archive, a notebook by another name.
    """
    wanted = f"{name}.ipynb"
    found = [path for path in files if is_notebook(path)]
    exact = sorted((p for p in found if p.name == wanted), key=lambda p: len(p.parts))
    near = [p for p in found if p not in exact and _same_name(p, name)]
    if len({len(path.parts) for path in exact[:2]}) != len(exact[:2]):
        exact = _different(exact, release)
        if len(exact) > 1:
            raise Refused(Note("in-two-folders", wanted=wanted, times=len(exact)))
    if link := next((n for n in notes if n.kind in _NO_FILES and n.fields["file"] == wanted), None):
        raise Refused(Note(f"is-{link.kind}", file=wanted))
    far = [path for path in found if path not in exact and path not in near]
    chosen = _of_exact(exact[:1], near, far, release, notes, wanted) or _of_others(
        near, found, release, notes, wanted
    )
    if chosen is None or not chosen.answers:
        chosen = _of_spare([*far, *spare()] if exact else spare(), chosen, release, notes, wanted) or chosen
    if chosen is None:
        raise Refused(Note("no-notebook", wanted=wanted, there=_what_is_there(files, found)))
    if chosen.answers == {} and (because := _what_may_hold_them(files, notes)):
        raise Refused(Note("beside-broken", file=chosen.path.name, because=because))
    if chosen.path.name != wanted:
        notes.append(Note("name", file=chosen.path.name, wanted=wanted))
    return chosen


def _of_exact(
    exact: list[Path], near: list[Path], far: list[Path], release: NotebookNode, notes: list[Note], wanted: str
) -> Candidate | None:
    """The file of the right name, unless nothing is answered in it and a copy beside it has answers.

    ``near``: of nearly the same name; ``far``: the other notebooks. Raises Refused where that file lies in a folder
    and one with other answers does not.
    """
    if not exact:
        return None
    asked = Candidate(exact[0], release)
    others = [Candidate(path, release) for path in near[:MOST_CANDIDATES]]
    if asked.answers:
        others += [Candidate(path, release) for path in far[:MOST_FAR]]
        _refuse_above(asked, others, wanted)
        _note_others(asked, others, notes)
    if not others or asked.answers:
        return asked
    answering = [other for other in others if other.answers]
    if not answering:
        broken = [other.refusal for other in others if other.refusal and other.refusal.kind != "other-notebook"]
        if broken and asked.answers is not None:
            raise Refused(Note("beside-broken", file=asked.path.name, because=str(broken[0])))
        return asked
    notes.append(Note("untouched", file=exact[0].name))
    return _only(answering, notes, wanted)


def _of_others(
    near: list[Path], found: list[Path], release: NotebookNode, notes: list[Note], wanted: str
) -> Candidate | None:
    """Of files of other names those that are nearest to the right one, else those with the exercises in them."""
    if len(near) == 1:
        return Candidate(near[0], release)
    readable = [c for path in (near or found)[:MOST_CANDIDATES] if _holds_exercises(c := Candidate(path, release))]
    answering = [candidate for candidate in readable if candidate.answers]
    if len(readable) > 1 and answering:
        notes += [Note("untouched", file=c.path.name) for c in readable if not c.answers]
        return _only(answering, notes, wanted)
    return _only(readable, notes, wanted) if readable else None


def _of_spare(
    paths: list[Path], chosen: Candidate | None, release: NotebookNode, notes: list[Note], wanted: str
) -> Candidate | None:
    """One of the files that were not meant to be handed in, or not so, where it alone has answers."""
    spares = [candidate for path in paths[:MOST_CANDIDATES] if (candidate := Candidate(path, release)).answers]
    if not spares:
        only = chosen is None and [c for c in (Candidate(path, release) for path in paths[:1]) if c.refusal]
        return only[0] if only else None
    taken = _only(spares, notes, wanted)
    if chosen is not None:
        notes.append(Note("spare", file=taken.path.name, wanted=wanted))
    return taken


def _only(candidates: list[Candidate], notes: list[Note], wanted: str) -> Candidate:
    """The one that is meant: the only one, or one of several that say the same. Raises Refused."""
    different = {tuple(sorted((c.answers or {}).items())) for c in candidates}
    if len(different) > 1 or (len(candidates) > 1 and not candidates[0].answers):
        raise Refused(Note("several", files=listed([c.path for c in candidates]), wanted=wanted))
    notes += [Note("same-again", file=c.path.name) for c in candidates[1:]]
    return candidates[0]


def _refuse_above(asked: Candidate, others: list[Candidate], wanted: str) -> None:
    """Raise Refused where a notebook with other answers lies above the folder of the one that bears the name."""
    depth = len(asked.path.parts)
    above = [c for c in others if len(c.path.parts) < depth and c.answers and c.answers != asked.answers]
    if above:
        raise Refused(Note("several", files=listed([c.path for c in [asked, *above]]), wanted=wanted))


def _note_others(asked: Candidate, others: list[Candidate], notes: list[Note]) -> None:
    for other in others:
        if other.answers and other.answers != asked.answers:
            notes.append(Note("other-answers", file=other.path.name))


def _different(paths: list[Path], release: NotebookNode) -> list[Path]:
    """Of notebooks of one name in several folders: those that have answers, each kind once."""
    kept: dict[tuple, Path] = {}
    for path in paths[:MOST_CANDIDATES]:
        answers = Candidate(path, release).answers
        if answers:
            kept.setdefault(tuple(sorted(answers.items())), path)
    return list(kept.values()) or paths[:1]


def _holds_exercises(candidate: Candidate) -> bool:
    """Whether it can be read and is this lesson's: most of its graded cells were found in it."""
    if candidate.answers is None:
        return False
    missing = sum(note.kind in ("answer-missing", "check-missing") for note in candidate.notes)
    graded = sum("nbgrader" in cell.metadata for cell in candidate.release.cells)
    return missing * 2 <= graded


def _same_name(path: Path, name: str) -> bool:
    plain = unicodedata.normalize("NFKC", _NOTEBOOK.sub("", path.name)).strip().casefold()
    bare = re.sub(r"^\d+[_ -]*", "", plain)
    tried = (plain, bare, _COPY.sub("", plain).strip(" _-"), _COPY.sub("", bare).strip(" _-"))
    return name.casefold() in tried


def _what_is_there(files: list[Path], found: list[Path]) -> str:
    """What was handed in instead, and what to do about it."""
    if found:
        return f"only {listed(found)}"
    others = [path for path in files if path.name != "timestamp.txt"]
    for path, what, needed in _in_another_form(others):
        return f"only {shown(path.name)}, {what}; {needed}"
    return f"no notebook, only {listed(others)}" if others else "no notebook"


def _what_may_hold_them(files: list[Path], notes: list[Note]) -> str:
    """What lies beside a notebook without answers, and may hold them in a form that is not read; or empty."""
    for note in notes:
        if note.kind == "left-out" and note.fields["file"].lower().endswith(".zip"):
            return note.fields["because"]
    for path, _, needed in _in_another_form(path for path in files if not _NOBODYS.match(path.name)):
        return f"{shown(path.name)} lies beside it: if that holds them, {needed}"
    return ""


def _in_another_form(files: Iterable[Path]) -> Iterator[tuple[Path, str, str]]:
    """What is handed in for a notebook: the file, what it is, and what is needed."""
    for path in files:
        if what := _TYPED.get(path.name, _OTHER.get(path.suffix.lower())):
            zipped = ", or a zip," if what == _ARCHIVE else ""
            yield path, what, f"the notebook itself{zipped} is needed"


def listed(paths: list[Path]) -> str:
    """The first four names, as they may be shown."""
    names = [shown(path.name, 60) for path in paths[:4]] + (["…"] if len(paths) > 4 else [])
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
