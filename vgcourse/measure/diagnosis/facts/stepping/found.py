"""What steps on copies were seen to do: the losses on their way, units that died, other settings beside these."""

from dataclasses import dataclass, field

import numpy as np

from vgcourse.measure.diagnosis.thresholds import DEAD, RISEN, THROWN


@dataclass(frozen=True)
class OtherRate:
    """Another learning rate that was tried: factor times the present one, and the loss after so many steps."""

    factor: float
    loss: float
    steps: int = 0


@dataclass
class Trial:
    """Steps of the optimizer on a copy of the weights, all on this batch.

    Attributes:
        losses: of the whole batch, before the first step and after each.
        part: how many of its examples each step takes, in turn; None: all. guess: what a constant answer gets.
        killed: layer with relu -> units that died on the way. units: how many it has.
        better: a smaller rate that does no such harm, None where none was looked for or found.
        missed: does a smaller rate lead to less than a tenth of where these steps lead, far above a constant answer?
        fresh: the loss after as many steps of a fresh optimizer of the same settings, where only that one does well.
    """

    losses: list[float]
    killed: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    better: OtherRate | None = None
    fresh: float | None = None
    part: int | None = None
    guess: float | None = None
    missed: bool = False

    @property
    def risen(self) -> bool:
        """Has the loss stayed above where it started? One high step on the way down is no harm.

        Mini-batches make a loss jump: theirs must end above that of a constant answer as well.
        """
        late = self.losses[1:][-max(3, len(self.losses) // 3) :]
        known = self.part is not None and self.guess is not None
        start = max(self.losses[0], self.guess) if known else self.losses[0]
        return not np.median(late) <= start + (RISEN - 1) * abs(start)

    @property
    def emptied(self) -> dict[str, int]:
        """The layers of which more than four in five units died."""
        return {n: k for n, k in self.killed.items() if k > DEAD * self.units[n]}

    @property
    def thrown(self) -> bool:
        """Was the loss thrown far up, and has it come down to no better than a constant answer gets?"""
        if self.guess is None:
            return False
        return max(self.losses[1:]) > THROWN * max(self.losses[0], self.guess) and self.losses[-1] > self.guess

    @property
    def harmful(self) -> bool:
        """Whether the steps did harm: the loss rose, was thrown off or led far astray, or layers fell silent."""
        return self.risen or self.thrown or self.missed or bool(self.emptied)


@dataclass(frozen=True)
class FarTargets:
    """Targets of another size than the answers.

    Attributes:
        layer: name of the output. size, answers: rms of the targets and of what is answered. steps: how many steps at
            the pace of the first one lead there; NaN where no step was taken, infinite where it leads away.
        standardised: steps with standardised targets, where that was tried.
    """

    layer: str
    size: float
    answers: float
    steps: float = np.nan
    standardised: Trial | None = None


def falls_further(here: list[float], otherwise: list[float]) -> bool:
    """Does a loss fall at least three times as far otherwise, and by more than half a hundredth?"""
    # A start that is worse is no credit to where the steps lead.
    start = min(here[0], otherwise[0])
    fallen, could = here[0] - here[-1], start - otherwise[-1]
    return bool(could > max(3 * fallen, 0.005 * abs(otherwise[0])))


@dataclass(frozen=True)
class OddInput:
    """Inputs next to 0 or far off centre. here, standardised: losses of as many steps with them and standardised.

    by: whose steps, in words; empty where they are the optimizer's own.
    """

    here: list[float]
    standardised: list[float]
    by: str = ""


@dataclass(frozen=True)
class Deaf:
    """A layer that hears next to nothing, before and after some steps. share: of what the loss sends."""

    layer: str
    share: float
    steps: int


@dataclass(frozen=True)
class OddNorms:
    """Normalisations that take in less than their epsilon.

    Attributes:
        layer: name of the first one. epsilon: its own. here, small: losses of as many steps as things stand, and with
            epsilons far below what comes in. by: as of `OddInput`.
    """

    layer: str
    epsilon: float
    here: list[float]
    small: list[float]
    by: str = ""
