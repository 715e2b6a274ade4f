"""Rules about inputs that do not vary: examples all equal, one of several inputs that is 0 throughout."""

from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.rules.finding import Finding


def inputs_constant(batch: Batch) -> Finding | None:
    """Examples that are all equal."""
    if not batch.same_inputs:
        return None
    first = batch.layers[0].name
    return Finding(
        "inputs do not vary",
        first,
        f"All {batch.examples} examples that {first} takes in are equal: whatever the layers are like, the net can "
        "give but one answer, and what the layers make of real inputs cannot be measured.",
        "look at how X is loaded and scaled; a picture divided by 255 as whole numbers is 0 everywhere.",
    )


def one_input_of_zeros(batch: Batch) -> Finding | None:
    """Of several inputs one that is 0 throughout, and weights that hear nothing for it."""
    if not batch.zero_fed:
        return None
    layer, name = next(iter(batch.zero_fed.items()))
    return Finding(
        "inputs do not vary",
        layer,
        f"All that {layer} takes in is 0, in all {batch.examples} examples, as is the model's input {name}: its "
        "kernel gets no gradient, and nothing that comes this way tells the examples apart.",
        f"look at how {name} is loaded and scaled; whole numbers divided by more than they are give 0.",
    )
