"""What standardised inputs would do, and what would standardise them."""

from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.facts.stepping.found import OddInput, falls_further

STANDARDISE = "standardise the inputs (a Normalization layer does), or divide pictures by 255."


def better_standardised(odd: OddInput | None) -> bool:
    """Were as many steps seen to do better on standardised inputs?"""
    return odd is not None and falls_further(odd.here, odd.standardised)


def compared(odd: OddInput) -> str:
    """What steps with standardised inputs did to the loss, beside steps with those of the batch."""
    steps = f"{len(odd.here) - 1} steps{odd.by}"
    return (
        f"{steps} take the loss from {odd.here[0]:.4g} to {odd.here[-1]:.4g}, with standardised "
        f"inputs from {odd.standardised[0]:.4g} to {odd.standardised[-1]:.4g} (tried on copies)"
    )


def how_to_standardise(batch: Batch, otherwise: str) -> str:
    """What standardises the inputs: where it stands there already, that it has to see them first."""
    if not batch.unadapted:
        return otherwise
    return f"adapt(X) of {batch.unadapted[0]}: it has seen no inputs yet, and hands on what it takes in."
