"""What grading one submission came to: the mark and its reasons, or why there is none."""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from vgcourse.course.checks.verdicts import Verdict

GRADED, NEEDS_READING, NOT_GRADED, STALE = "graded", "needs reading", "not graded", "stale"


@dataclass(frozen=True)
class Result:
    """One student's outcome of one lesson; ``reason`` says, in a clause, why where it was not graded.

    ``notes`` say what was mended before grading, ``signs`` what looks like tampering, a clause each. ``seconds`` is
    wall time, ``cpu`` the CPU seconds of the kernel, ``cells`` wall seconds by ``grade_id`` (or ``cell 12``).
    ``digest`` is the SHA-256 of what was handed in, ``made_of`` what else the mark was made of (see that module),
    ``at`` when it was graded, in UTC; ``said_late``: the platform marked it late.
    """

    student: str
    lesson: str
    score: float | None
    max_score: float
    by_hand: bool = False
    reason: str = ""
    notes: tuple[str, ...] = ()
    verdicts: list[Verdict] = field(default_factory=list)
    signs: tuple[str, ...] = ()
    seconds: float = 0.0
    cpu: float | None = None
    cells: dict[str, float] = field(default_factory=dict)
    isolation: str = ""
    digest: str = ""
    at: str = ""
    made_of: dict[str, str] = field(default_factory=dict)
    said_late: bool = False

    @property
    def status(self) -> str:
        """``graded``, ``needs reading`` (a written answer waits for a person) or ``not graded``."""
        if self.reason:
            return NOT_GRADED
        return NEEDS_READING if self.by_hand else GRADED

    def to_json(self) -> str:
        """One line of JSON that ``from_json`` reads back."""
        return json.dumps(asdict(self), ensure_ascii=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Result":
        """Read a line of ``to_json``; fields of another version are left out. Raises ValueError for anything else."""
        try:
            data = json.loads(text)
            known = {f.name: data[f.name] for f in fields(cls) if f.name in data}
            return cls(**{**known, **_revived(known)})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"this is no result of grading: {text[:80]!r}") from error


def _revived(data: dict[str, Any]) -> dict[str, Any]:
    """The fields that JSON does not hold as they are."""
    verdicts = [Verdict(**verdict) for verdict in data.get("verdicts", [])]
    return {"verdicts": verdicts, **{name: tuple(data.get(name, ())) for name in ("notes", "signs")}}
