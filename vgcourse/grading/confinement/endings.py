"""How a kernel ended: a cause, for programs, and a sentence that tells an instructor what to do."""

from dataclasses import dataclass, field

from vgcourse.grading.confinement.limits import MB, Limits

TIME, MEMORY, PROCESSES, OUTPUT = "time", "memory", "processes", "output"
LOST = "lost"  # what watched over the kernel is gone
_LIMITS = (TIME, MEMORY, PROCESSES, OUTPUT)
_SETTING = "Where the work itself needs more, raise {} in nbgrader_config.py."


@dataclass(frozen=True)
class Ending:
    """How a kernel ended: ``cause`` (empty where it ended by itself) and the limits that it had, its exit code, CPU
    seconds, peak bytes, its last words on stderr; ``by_itself``: nobody asked it to end."""

    cause: str = ""
    code: int | None = None
    cpu: float = 0.0
    peak: int = 0
    tail: str = ""
    limits: Limits = field(default_factory=Limits)
    by_itself: bool = False

    @property
    def passed_limit(self) -> bool:
        """Whether a limit ended it, so that it would end again."""
        return self.cause in _LIMITS

    @property
    def reason(self) -> str:
        """A sentence, or two; empty where nobody knows more than that it ended."""
        limits = self.limits
        if self.cause == TIME:
            said = f"It ran longer than the {limits.seconds:g} s that a submission has: look for a loop without end. "
            return said + _SETTING.format("GradingProvisioner.seconds")
        if self.cause == MEMORY:
            said = f"It used more than the {limits.memory // MB} MB of memory that it may have. "
            return said + _SETTING.format("GradingProvisioner.memory_mb")
        if self.cause == PROCESSES:
            said = f"It started more than the {limits.processes} processes and threads that it may have. "
            return said + _SETTING.format("GradingProvisioner.processes")
        if self.cause == OUTPUT:
            return f"It went on writing after the {limits.output // MB} MB of output that it has."
        if self.cause == LOST:
            return "What watched over its kernel was killed: perhaps this machine is out of memory. Grade it again."
        return self._how_it_went() if self.by_itself else ""

    def _how_it_went(self) -> str:
        if self.code == 0:
            return "Its code ended the kernel itself, as exit() or quit() does: what follows cannot run."
        if self.code is not None and (self.code < 0 or self.code > 128):
            number = -self.code if self.code < 0 else self.code - 128
            named = {9: "it was killed, by its own code or for want of memory", 11: "it crashed, in compiled code"}
            return f"Signal {number} ended it: {named.get(number, 'its own code, or the system, sent it')}."
        return "Its code ended the kernel." if self.code else ""
