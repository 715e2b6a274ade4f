"""What a rule answers: a finding, or that it could not measure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """cause: a short key. layer: where it is worst. sentence: both, with numbers. remedy: what to try."""

    cause: str
    layer: str
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.sentence} Try: {self.remedy}" if self.remedy else self.sentence


@dataclass(frozen=True)
class Unmeasured:
    """A rule could not be asked. what: the quantity. why: a clause after "because"."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"Not measured: {self.what}, because {self.why}."
