"""In which order the cells run: the lesson's own in the lesson's order, the student's where they stood.

A student's cell stays behind the last of the lesson's cells before it that has not been moved. Where it defines what
an answer needs, and now stands below that answer's check, it is moved above it.
"""

import builtins
from dataclasses import dataclass

from vgcourse.grading.intake.code import Code, read_code
from vgcourse.grading.intake.lesson_cells import Question, Released, grade_id
from vgcourse.grading.intake.matching import Found
from vgcourse.grading.intake.notes import Note

_KNOWN = frozenset(dir(builtins)) | {"check", "display", "get_ipython"}


@dataclass(frozen=True)
class Step:
    """A cell of the notebook: its ``place`` in the lesson, or none; ``index`` of the student's piece, or none."""

    place: int | None
    index: int | None


def in_order(found: Found) -> list[Step]:
    """All cells, in the order in which they are to run."""
    row = found.unmoved()
    if [place for _, place in sorted((i, p) for p, i in found.at.items())] != sorted(found.at):
        found.notes.append(Note("other-order"))
    behind = _followers(found, row)
    steps = [Step(None, index) for index in behind.get(None, ())]
    for place, cell in enumerate(found.released.cells):
        if place in found.at or grade_id(cell):
            steps.append(Step(place, found.at.get(place)))
            _note_missing(found, place)
        steps += [Step(None, index) for index in behind.get(place, ())]
    return _with_what_is_needed(steps, found)


def _followers(found: Found, row: list[tuple[int, int]]) -> dict[int | None, list[int]]:
    """Place in the lesson → the student's own pieces that stand behind it."""
    places, behind, passed = dict(row), {}, {}
    last, taken = None, found.taken()
    for index in range(len(found.pieces)):
        last = places.get(index, last)
        if index in taken:
            continue
        passed[last] = passed.get(last) or _passed_check(found, index, last)
        behind.setdefault(passed[last] or _home(found, index, last), []).append(index)
    for indices in behind.values():
        indices.sort(key=lambda i: (not _is_second_answer(found, i), i))
    return behind


def _passed_check(found: Found, index: int, last: int | None) -> int | None:
    """The check, lost or moved away, behind which a piece stood: it takes the answer up as the lesson does there.

    ``f = fallback("f", f)`` in half a cell of the lesson, say; what follows it stood behind that check too. Where the
    check is in its place, a piece above it may also make more of an answer: ``f = np.vectorize(f)``.
    """
    code, kept = found.pieces[index].code, {place for _, place in found.unmoved()}
    for asked in found.released.asked.values():
        if asked.check is None or asked.place not in found.at:
            continue
        if asked.check in kept and "fallback" not in code.uses:
            continue
        if last is not None and last < asked.check and _takes_up(code, asked, found):
            return asked.check
    return None


def _takes_up(code: Code, asked: Question, found: Found) -> bool:
    """``f = fallback("f", f)``, with what the lesson defines besides, but with no answer."""
    return bool(code.before & code.binds & asked.names) and not code.defines & set(found.released.owner_of)


def _home(found: Found, index: int, last: int | None) -> int | None:
    """A second answer below the check runs right behind that check: what the lesson says next still follows it."""
    asked = _second_answer(found, index)
    kept = {place for _, place in found.unmoved()}
    if asked is None or asked.check is None or last is None:
        return last
    if last < asked.check and (asked.check in kept or found.at[asked.place] > index):
        return last
    if last > asked.check:
        found.notes.append(Note("moved-back", cell=asked.id))
    return asked.check


def _is_second_answer(found: Found, index: int) -> bool:
    return _second_answer(found, index) is not None


def _second_answer(found: Found, index: int) -> Question | None:
    """What a piece answers once more: it only defines names of one answer, one of them again, and stands for none."""
    code = found.pieces[index].code
    for asked in found.released.asked.values():
        if asked.place not in found.at or not code.binds <= asked.names or code.before & asked.names:
            continue
        if code.defines & found.pieces[found.at[asked.place]].code.binds:
            return asked
    return None


def _note_missing(found: Found, place: int) -> None:
    cell = found.released.cells[place]
    if place not in found.at:
        kind = "answer-missing" if place in found.released.asked else "check-missing"
        found.notes.append(Note(kind, cell=grade_id(cell)))


def _with_what_is_needed(steps: list[Step], found: Found) -> list[Step]:
    """Move up, or put back, the cells without which an answer would not know a name that it uses."""
    for asked in found.released.asked.values():
        if not asked.is_words and asked.place in found.at:
            steps = _for_answer(steps, found, asked)
    return steps


def _for_answer(steps: list[Step], found: Found, asked: Question) -> list[Step]:
    codes = {step: _code(step, found) for step in steps}
    wanted = _wanted(asked, codes, found)
    end = next((n for n, s in enumerate(steps) if s.place == asked.check), len(steps))
    known = _KNOWN.union(*(codes[step].binds for step in steps[:end]))
    late = [step for name in sorted(wanted - known) for step in _who_sets(name, steps[end + 1 :], codes)]
    for step in dict.fromkeys(late):
        name = min((wanted - known) & codes[step].binds)
        found.notes.append(Note("moved-up", name=name, cell=grade_id(found.released.cells[asked.check])))
    moved = sorted(set(late), key=lambda step: step.index)
    steps = [step for step in steps if step not in moved]
    at = next(n for n, step in enumerate(steps) if step.place == asked.place)
    steps[at:at] = moved
    still = wanted - known - set().union(*(codes[step].binds for step in moved))
    return _put_back(steps, found, asked, still)


def _code(step: Step, found: Found) -> Code:
    """What a cell does when it runs; prose does nothing unless it defines something."""
    if step.index is None:
        cell = found.released.cells[step.place]
        return read_code(cell.source if cell.cell_type == "code" else "")
    piece = found.pieces[step.index]
    kind = piece.kind if step.place is None else found.released.cells[step.place].cell_type
    return piece.code if kind == "code" or (step.place is None and piece.code.parses) else read_code("")


def _wanted(asked: Question, codes: dict[Step, Code], found: Found) -> set[str]:
    """The names that an answer's check needs: those that it uses, that what it calls uses, and so on."""
    by_name: dict[str, list[Code]] = {}
    for code in codes.values():
        for name in code.binds:
            by_name.setdefault(name, []).append(code)
    answer = found.pieces[found.at[asked.place]].code
    names, new = set(), set(answer.uses)
    while new:
        names |= new
        new = {used for name in new for code in by_name.get(name, ()) for used in code.uses} - names
    return names - asked.names


def _who_sets(name: str, steps: list[Step], codes: dict[Step, Code]) -> list[Step]:
    """The first of the student's own cells in which a name is set."""
    return [step for step in steps if step.place is None and name in codes[step].binds][:1]


def _put_back(steps: list[Step], found: Found, asked: Question, names: set[str]) -> list[Step]:
    """The lesson's own cells that are missing, and set a name that an answer needs and nobody else sets.

    One that is there and sets it no more, its imports taken out by a formatter, say, runs below the lesson's.
    """
    released: Released = found.released
    for place in range(asked.place if names else 0):
        cell = released.cells[place]
        if cell.cell_type != "code" or place in released.asked or grade_id(cell):
            continue
        if Step(place, None) in steps or not read_code(cell.source).binds & names:
            continue
        at = next(n for n, step in enumerate(steps) if step.place is not None and step.place >= place)
        changed = [Step(None, steps[at].index)] if steps[at].place == place else []
        steps = [*steps[:at], Step(place, None), *changed, *steps[at + len(changed) :]]
        found.notes.append(Note("given-back", cell=str(cell.get("id", place))))
    return steps
