"""Rules about the noise of a training step: dropout and the like, so large that nothing of the signal is heard."""

from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.rules.finding import Finding
from vgcourse.measure.diagnosis.thresholds import LOUD
from vgcourse.measure.diagnosis.words import short


def noisy(batch: Batch) -> Finding | None:
    """Noise or dropout that drowns what tells the examples apart."""
    found = [noise for noise in batch.noise if noise.ratio >= LOUD]
    if not found:
        return None
    worst = max(found, key=lambda noise: noise.ratio)
    more = f", and {len(found) - 1} more like it" if len(found) > 1 else ""
    size = f"the noise of a step is {short(worst.ratio)} times the signal"
    if worst.rate != worst.rate:
        return Finding(
            "noise too large",
            worst.layer,
            f"{worst.layer} adds noise to what tells the examples apart{more}: {size}.",
            "a smaller stddev, beside the standard deviation of what it is added to.",
        )
    return Finding(
        "noise too large",
        worst.layer,
        f"{worst.layer} drops {100 * worst.rate:.4g} % of what it takes in ({worst.what}={worst.rate:g}{more})"
        f"{_rest(worst)}: {size}.",
        "0.1 to 0.5: in Keras it is the share that is dropped, not the share that is kept.",
    )


def _rest(noise) -> str:
    if noise.instead:
        return f" and puts {noise.instead:.3g} in its place"
    return f" and multiplies the rest by {1 / (1 - noise.rate):.3g}" if noise.rate < 1 else ""
