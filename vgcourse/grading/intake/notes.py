"""What is said of a submission before it runs: a kind and its fields; the sentence is made for people at the end.

Programs look at ``kind`` and ``needs_look``. Names that come from a student's files are escaped in the sentence.
"""

from typing import Any

from vgcourse.grading.names import shown

MENDED = {
    "answer-found": "the answer to {cell} had lost its name and was recognised by {by}",
    "other-name": "the answer to {cell} bore another name, as its check said: {lines}",
    "within": "the answer to {cell} stood within a class or a function, and was given the name that its check takes",
    "renamed": "the answer to {cell} bore another name, and its check was not asked: {lines}",
    "given-back": "the lesson's cell {cell} was missing and is needed: it was put back",
    "copied": "the cell {cell} was there {times} times",
    "other-order": "the cells stood in another order and were put back into the lesson's",
    "answer-missing": "the answer cell {cell} was missing and was put back",
    "check-missing": "the test {cell} was missing and was put back",
    "kind-changed": "{count} cells had become cells of another type and were changed back",
    "joined": "{count} cells that had been split were joined again",
    "parted": "{count} cells that had been merged were parted again",
    "inside": "the cell {cell} was as released: what another cell sets by its names was taken for it",
    "moved-up": "the student's cell that defines {name} stood below the check {cell} and was moved above it",
    "moved-back": "a later copy of the answer to {cell} stands behind its check now",
    "damaged-cells": "{count} damaged cells were left out",
    "large-outputs": "{mb:.1f} MB of outputs were left out; they are made anew",
    "encoding": "{file} was saved as {encoding}",
    "windows-encoding": "{file} was saved in a Windows encoding (read as cp1252)",
    "left-over": "{file} goes on behind its end, as if written over a longer one: that was left out",
    "stray": "what stood in the code by itself and does nothing there was left out: {words}",
    "check-in-answer": "{count} checks that were called in the answers' own cells were left out",
    "late-stub": "in {count} cells a stub that still stood below the answer was left out",
    "merged-alike": "in {count} cells a merge (<<<<<<<) was left whose sides say the same, or one is the lesson's",
    "old-format": "{file} was of the old notebook format {version} and was upgraded",
    "typography": "what a word processor or web page leaves in code (spaces, fences) was taken out of {count} cells",
    "unpacked": "{file} was unpacked",
    "left-out": "{file} was left out: {because}",
    "link": "{file} is a link and was left out",
    "no-file": "{file} is no ordinary file and was left out",
    "name": "{file} was taken for {wanted}",
    "untouched": "{file} has no answers in it and was passed over",
    "same-again": "{file} holds the same answers again",
    "own-module": "the student's own {file} was taken along",
    "unknown-time": "the time in timestamp.txt {because}: when it was handed in is not known",
}
# These need a person's eye: more than an accident, perhaps, or something that no program can decide.
LOOK = {
    "hard-link": "{file} is another name of a file of somebody else's (a hard link) and was left out",
    "check-changed": "the test {cell} had been changed and was put back",
    "check-copied": "the test {cell} was there {times} times",
    "words-found": "the words in another cell beside {cell} were taken for its answer",
    "words-lost": "no cell of prose is left in it: what was written for {cell} may be lost, or stand in the code",
    "words-elsewhere": "nothing is written in {cell}, and words of the student's own stand elsewhere (they begin "
    "{start!r})",
    "spare": "{file} was taken: there are no answers that can be read in {wanted} itself",
    "other-answers": "{file} holds other answers and was left out",
}
REASONS = {
    "no-folder": "what was handed in is not a folder",
    "folder-is-link": "its folder is a link",
    "unreadable-folder": "its folder cannot be read ({because}): mend its permissions, then grade again",
    "unreadable": "its files cannot be read ({because})",
    "too-many-files": "it holds more than {most} files",
    "path-too-long": "a path in it is longer than this system allows ({file})",
    "no-notebook": "{wanted} is missing; there is {there}",
    "beside-broken": "{file} has no answers in it, and {because}",
    "in-two-folders": "{wanted} is there {times} times, in different folders",
    "is-link": "{file} is a link",
    "is-hard-link": "{file} is another name of a file of somebody else's (a hard link)",
    "is-no-file": "{file} is no ordinary file",
    "several": "{files} could each be {wanted}: their answers differ",
    "two-answers": "it holds {times} different answers to {cell}{where}: which of them counts cannot be told",
    "other-names": "the answer to {cell} bears none of the names that its check takes, and that check is gone: "
    "which of the names there ({names}) is meant cannot be told",
    "commented-out": "the answer to {cell} is commented out, or stands in quotation marks: whether it counts "
    "cannot be told",
    "in-words": "the answer to {cell} may stand in a cell that is no code, with something else in it (it begins "
    "{start!r})",
    "no-python": "the answer to {cell} stands in a cell that Python cannot read (it begins {start!r})",
    "flat": "the answer to {cell} has lost its indentation: which lines belong to which loop cannot be told",
    "damaged-answer": "the cell of the answer to {cell} is damaged, and its text cannot be read",
    "torn": "a piece of a cell that had been split stands apart from the rest of it (it begins {start!r})",
    "too-costly": "{file} ({mb:.0f} MB) holds more output than can be read: clear all outputs, then save it again",
    "too-much-code": "{file} holds {kb} kB of text in its cells; no lesson's answers come near that",
    "two-in-one": "{file} holds two notebooks, one behind the other: which of them counts cannot be told",
    "merge": "the cell that begins {start!r} holds an unresolved merge (<<<<<<<): which side counts cannot be told",
    "other-notebook": "{file} holds none of the lesson's exercises: it may be another notebook",
}
_SENTENCES = {**MENDED, **LOOK, **REASONS}


class Note:
    """Something that was found or mended: ``kind``, ``fields``, and as text a clause for people."""

    def __init__(self, kind: str, **fields: Any) -> None:
        if kind not in _SENTENCES:
            raise KeyError(f"a note of the unknown kind {kind!r}")
        self.kind, self.fields = kind, fields

    @property
    def needs_look(self) -> bool:
        """Whether a person should look at this submission."""
        return self.kind in LOOK

    def __str__(self) -> str:
        told = {name: shown(value) if isinstance(value, str) else value for name, value in self.fields.items()}
        return _SENTENCES[self.kind].format(**told)

    def __repr__(self) -> str:
        return f"Note({self.kind!r}, {self.fields})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Note) and (self.kind, self.fields) == (other.kind, other.fields)

    def __hash__(self) -> int:
        return hash((self.kind, str(self)))
