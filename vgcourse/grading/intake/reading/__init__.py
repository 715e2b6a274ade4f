"""A submitted notebook's bytes, whatever an editor, a mail program or a file system did to them, as cells.

Reads any encoding that notebooks turn up in and any notebook format since version 2; keeps of a cell its kind,
its source, its nbgrader metadata and its attachments. Nothing else in a submitted file decides anything.
"""

import gc
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vgcourse.grading.confinement.files import open_ordinary
from vgcourse.grading.intake.notes import Note
from vgcourse.grading.intake.reading.garbled import ungarbled
from vgcourse.grading.intake.reading.merges import merge_sides
from vgcourse.grading.intake.reading.seems import seems

LARGEST = 48 * 1024 * 1024  # bytes of a notebook that is read at all
WIDEST = 128 * 1024 * 1024  # bytes that its text may take in memory
MOST_VALUES = 1_000_000  # of JSON, lists and objects and what stands in them; a notebook with plots has thousands
LARGEST_SOURCE = 1_000_000  # characters of a cell
MOST_CELLS = 1000
MUCH_OUTPUT = 1_000_000  # characters of outputs worth a note
# How a file begins, with a mark or without: what PowerShell's `>`, Notepad and Excel write. The longer marks first.
_ENCODINGS = (
    (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"{\0\0\0", "utf-32-le"), (b"\0\0\0{", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"),
)  # fmt: skip
_KINDS = ("code", "markdown", "raw")
_SOURCES = ("source", "input", "code", "value", "text", "content")  # where tools keep a cell's text
_STRING = re.compile(rb'"[^"\\]*+(?:\\.?[^"\\]*+)*+"?', re.DOTALL)  # the last may lack its end
_ATTACHMENT = re.compile(r"image/(png|jpeg|gif)")


class Refused(Exception):
    """The submission, or this part of it, cannot be graded; the text says why in one clause."""

    def __init__(self, why: str | Note) -> None:
        super().__init__(str(why))
        self.kind = why.kind if isinstance(why, Note) else "unreadable-file"


@dataclass
class Cell:
    """A submitted cell: what the student wrote, and what it says of itself."""

    kind: str
    source: str
    id: str = ""
    nbgrader: dict[str, Any] = field(default_factory=dict)
    attachments: dict[str, Any] = field(default_factory=dict)


def read_bytes(path: Path, most: int = LARGEST) -> bytes:
    """The bytes of an ordinary file; links, pipes and devices are not followed. Raises Refused."""
    if path.is_symlink():
        raise Refused(f"{path.name} is a link to another place, not a file")
    try:
        with open_ordinary(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > most:
                raise Refused(f"{path.name} is larger than {most // 1024**2} MB ({size // 1024**2} MB)")
            return file.read()
    except OSError as error:
        raise Refused(f"{path.name} cannot be opened ({error.strerror})") from error


def read_cells(data: bytes, name: str) -> tuple[list[Cell], list[Note]]:
    """The cells of a notebook and notes on what was mended. Raises Refused, naming the file ``name``."""
    size = len(data)
    _refuse_costly(data, name)
    text, notes = _decoded(data, name)
    del data
    raw = _parsed(text, name, notes)
    del text
    raw, upgraded = _current_format(raw, name)
    found = raw.get("cells")
    if not isinstance(found, list) or not found:
        raise Refused(f"{name} has no cells")
    if len(found) > MOST_CELLS:
        raise Refused(f"{name} has {len(found)} cells; no lesson comes near {MOST_CELLS}")
    cells = [_cell(entry) for entry in found if isinstance(entry, dict)]
    kept = [cell for cell in cells if cell is not None]
    if lost := [_name_of(entry) for entry in found if _is_damaged(entry)]:
        notes.append(Note("damaged-cells", count=len(lost), names=lost))
    outputs = size - sum(len(cell.source) for cell in kept)
    if outputs > MUCH_OUTPUT:
        notes.append(Note("large-outputs", mb=outputs / 1e6))
    return kept, notes + upgraded


def _refuse_costly(data: bytes, name: str) -> None:
    """Refuse, before it is read, what would take gigabytes or minutes: the reason says how to make it small."""
    width = 4 if re.search(rb"[\xf0-\xf4]", data) else 2 if re.search(rb"[\xc4-\xef]", data) else 1
    marks = sum(data.count(mark) for mark in (b"[", b"{", b","))
    strings = (data.count(b'"') - data.count(b'\\"')) // 2
    if marks > MOST_VALUES and strings <= MOST_VALUES:  # most of them in the text of outputs, perhaps
        bare = _STRING.sub(b"", data)
        marks = sum(bare.count(mark) for mark in (b"[", b"{", b","))
    if len(data) * width > WIDEST or max(marks, strings) > MOST_VALUES:
        raise Refused(Note("too-costly", file=name, mb=len(data) / 1e6))


def _decoded(data: bytes, name: str) -> tuple[str, list[Note]]:
    if not data.strip(b" \t\r\n\0"):
        raise Refused(f"{name} is empty")
    for start, encoding in _ENCODINGS:
        if data.startswith(start):
            text = data.decode(encoding, "replace").lstrip("\ufeff")  # some tools put the mark in front again
            return text, [Note("encoding", file=name, encoding=encoding)]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), [Note("windows-encoding", file=name)]


def _parsed(text: str, name: str, notes: list[Note]) -> dict[str, Any]:
    collecting = gc.isenabled()
    gc.disable()  # a million lists would be looked through again and again while they are made
    try:
        start = len(text) - len(text.lstrip())
        raw, end = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        if (raw := _of_a_merge(text)) is None:
            raise Refused(f"{name} is {seems(text, error)}") from error
        notes.append(Note("merged-alike", count=1))
        return raw
    finally:
        gc.enable() if collecting else None
    if (raw := _notebook_in(raw)) is None:
        raise Refused(f"{name} is JSON but not a notebook")
    _look_behind(text, end, name, notes)
    return raw


def _of_a_merge(text: str) -> dict[str, Any] | None:
    """A file that Git left with both sides, where they differ in no cell's text: in counts, outputs or names, say."""
    sides = []
    for side in merge_sides(text) if "<<<<<<<" in text else ():
        try:
            sides.append(json.loads(side, strict=False))
        except (ValueError, RecursionError):
            return None
    said = [[(c.get("cell_type"), c.get("source")) for c in side["cells"]] for side in sides if _is_whole(side)]
    return sides[0] if len(said) == 2 and said[0] == said[1] else None


def _is_whole(raw: Any) -> bool:
    cells = raw.get("cells") if isinstance(raw, dict) else None
    return isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells)


def _notebook_in(raw: Any) -> dict[str, Any] | None:
    """The notebook itself, where it came as a text, as its bare cells, or within what a server says about it."""
    if isinstance(raw, str) and raw.lstrip().startswith("{"):
        try:
            raw = json.loads(raw, strict=False)
        except (ValueError, RecursionError):
            return None
    if isinstance(raw, list) and any(isinstance(one, dict) and "cell_type" in one for one in raw):
        return {"cells": raw}
    if not isinstance(raw, dict):
        return None
    inner = [value for value in raw.values() if isinstance(value, dict) and isinstance(value.get("cells"), list)]
    return inner[0] if len(inner) == 1 and not {"cells", "worksheets"} & set(raw) else raw


def _look_behind(text: str, end: int, name: str, notes: list[Note]) -> None:
    """A shorter version written over a longer one leaves the end of the old one; a copy may stand there too."""
    rest = text[end:].strip(" \t\r\n\0")
    if rest.startswith("{") and rest != text[:end].strip():
        raise Refused(Note("two-in-one", file=name))
    if rest:
        notes.append(Note("left-over", file=name))


def _current_format(raw: dict[str, Any], name: str) -> tuple[dict[str, Any], list[Note]]:
    """The notebook with its cells in a list, as format 4 has it, whatever version it says it is of."""
    version, sheets, cells = raw.get("nbformat", 4), raw.get("worksheets"), raw.get("cells")
    if isinstance(cells, dict) and any(isinstance(cell, dict) for cell in cells.values()):
        return {**raw, "cells": list(cells.values())}, []
    if isinstance(cells, list):
        return raw, []
    if not isinstance(sheets, list) or not all(isinstance(sheet, dict) for sheet in sheets):
        if version in (1, 2, 3):
            raise Refused(f"{name} is of the old notebook format {version} and cannot be upgraded")
        if version != 4:
            raise Refused(f"{name} is of a notebook format that this nbformat does not know ({version!r})")
        return raw, []
    cells = [_upgraded(cell) for sheet in sheets for cell in sheet.get("cells") or [] if isinstance(cell, dict)]
    return {**raw, "cells": cells}, [Note("old-format", file=name, version=version)]


def _upgraded(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell of format 2 or 3 as one of format 4."""
    kind, source = cell.get("cell_type"), _joined(cell.get("input", cell.get("source", ""))) or ""
    if kind == "heading":
        level = cell.get("level") if isinstance(cell.get("level"), int) else 1
        kind, source = "markdown", f"{'#' * max(1, min(6, level))} {source}"
    return {**cell, "cell_type": "markdown" if kind == "html" else kind, "source": source}


def _cell(entry: dict[str, Any]) -> Cell | None:
    """A cell; None where it holds nothing, or nothing that can be read."""
    source = next((text for name in _SOURCES if (text := _joined(entry.get(name))) is not None), None)
    if source is None:
        return None
    metadata = entry.get("metadata") if isinstance(entry.get("metadata"), dict) else {}
    own = metadata.get("nbgrader")
    cell = Cell(_kind(entry), source, id=entry.get("id") if isinstance(entry.get("id"), str) else "")
    cell.nbgrader = own if isinstance(own, dict) else {}
    cell.attachments = _pictures(entry.get("attachments"))
    return cell


def _kind(entry: dict[str, Any]) -> str:
    """The kind that it says it is of; where no notebook has that, code where it keeps what code has, else raw."""
    kind = entry.get("cell_type")
    if kind in _KINDS:
        return kind
    return "code" if {"outputs", "execution_count"} & set(entry) else "raw"


def _is_damaged(entry: Any) -> bool:
    """Whether something may have been written in what no cell was made of."""
    return bool(entry) and (not isinstance(entry, dict) or _cell(entry) is None)


def _name_of(entry: Any) -> str:
    """The name by which an entry could be told, were it whole."""
    metadata = entry.get("metadata") if isinstance(entry, dict) else None
    own = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    id = own.get("grade_id") if isinstance(own, dict) else None
    return str(id or (entry.get("id") if isinstance(entry, dict) else "") or "")


def _joined(source: Any) -> str | None:
    """A source as one text; None where it is none, or too long. Characters that no file can hold are replaced."""
    if isinstance(source, dict):
        source = next((source[name] for name in _SOURCES if name in source), None)
    if isinstance(source, list):
        lines = [line for line in source if isinstance(line, str)]
        lost = len(lines) > 1 and not any("\n" in line for line in lines)  # some tools drop the line ends
        source = ("\n" if lost else "").join(lines) if lines or not source else None
    if not isinstance(source, str) or len(source) > LARGEST_SOURCE:
        return None
    text = re.sub(r"\r+\n|\r", "\n", source.lstrip("\ufeff")).replace("\0", "")  # sent through two systems: \r\r\n
    return ungarbled(text.encode("utf-8", "replace").decode("utf-8"))


def _pictures(attachments: Any) -> dict[str, Any]:
    """The attachments that are pictures in base64, as nbformat spells them."""
    if not isinstance(attachments, dict):
        return {}
    found = {}
    for name, bundle in attachments.items():
        if isinstance(bundle, dict):
            good = {k: v for k, v in bundle.items() if _ATTACHMENT.fullmatch(k) and isinstance(v, str)}
            if good:
                found[name] = good
    return found
