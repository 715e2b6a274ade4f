"""A cell of a submission, on its way back into the lesson."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vgcourse.grading.intake.code import Code, read_code
from vgcourse.grading.intake.pieces.functions import Function, functions


@dataclass
class Piece:
    """A cell on its way back into the lesson; ``claim``: the graded cell that its metadata or its id name."""

    kind: str
    source: str
    id: str = ""
    claim: str = ""
    attachments: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def code(self) -> Code:
        """What it does, read as code whatever its type says."""
        return read_code(self.source)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """The functions and classes that it defines at its margin, where it is code."""
        return functions(self.source) if self.kind == "code" and self.code.parses else ()
