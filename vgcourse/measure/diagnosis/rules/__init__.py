"""From numbers to a verdict: which layer, which cause, what to try. Arithmetic on measured numbers, no model.

`ORDER` is the order in which rules are asked; the first finding decides. What makes other numbers meaningless
stands before them: NaN, a loss that does not fit, an output that cannot vary.
"""

from dataclasses import dataclass

from vgcourse.measure.diagnosis.facts.layer import Batch
from vgcourse.measure.diagnosis.rules import (
    attention,
    calm,
    noise,
    not_finite,
    shrinking,
    steps,
    targets,
    through_time,
    units,
)
from vgcourse.measure.diagnosis.rules.finding import Finding, Unmeasured
from vgcourse.measure.diagnosis.rules.flow import exploding, vanishing
from vgcourse.measure.diagnosis.rules.inputs import centre, equal, gates, lost, moving, size
from vgcourse.measure.diagnosis.rules.output import answers, misfit

__all__ = ["ORDER", "Rule", "judge"]


@dataclass(frozen=True)
class Rule:
    """ask: Batch -> Finding, Unmeasured or None. unless_learnt: not asked of a net that answers well already."""

    ask: object
    unless_learnt: bool = True


ORDER = (
    Rule(not_finite.not_finite, unless_learnt=False),
    Rule(misfit.misfit, unless_learnt=False),
    Rule(not_finite.loss_not_finite, unless_learnt=False),
    Rule(answers.pairs, unless_learnt=False),
    Rule(answers.own_loss),
    Rule(answers.dead_output, unless_learnt=False),
    Rule(calm.nothing_to_train, unless_learnt=False),
    Rule(moving.wrong_statistics, unless_learnt=False),
    Rule(equal.inputs_constant, unless_learnt=False),
    Rule(lost.signal_lost, unless_learnt=False),
    Rule(units.symmetric, unless_learnt=False),
    Rule(units.all_dead, unless_learnt=False),
    Rule(equal.one_input_of_zeros),
    Rule(calm.silent, unless_learnt=False),
    Rule(units.made_of_steps, unless_learnt=False),
    Rule(calm.cut_off, unless_learnt=False),
    Rule(through_time.unmeasured, unless_learnt=False),
    Rule(size.inputs_too_large),
    Rule(size.vectors_too_large),
    Rule(answers.biased),
    Rule(noise.noisy),
    Rule(shrinking.decays),
    Rule(shrinking.leashed),
    Rule(shrinking.dear),
    Rule(shrinking.held_down),
    Rule(size.inputs_too_small),
    Rule(size.too_small_to_normalise),
    Rule(size.one_drowns_the_others),
    Rule(gates.gates_flat),
    Rule(exploding.exploding_beside_roads),
    Rule(units.dying),
    Rule(units.saturated),
    Rule(units.flat_inside),
    Rule(attention.closed),
    Rule(attention.sharp),
    Rule(centre.off_centre_weights),
    Rule(through_time.explodes),
    Rule(exploding.exploding),
    Rule(calm.loud_at_zero),
    Rule(vanishing.vanishing),
    Rule(steps.deaf),
    Rule(centre.not_centred),
    Rule(targets.far),
    Rule(steps.uphill),
    Rule(steps.ruined_state),
    Rule(steps.harmful_rate),
    # Steps that ruin a net do so whatever it remembers, and no memory mends them.
    Rule(through_time.vanishes),
    Rule(steps.step_size),
    Rule(lost.faded),
    Rule(calm.not_its_own),
    Rule(moving.unsettled, unless_learnt=False),
    Rule(moving.astray, unless_learnt=False),
)


def judge(batch: Batch) -> tuple[Finding, list[str]]:
    """The verdict on one measured batch, and what could not be measured on the way."""
    unknown = []
    for rule in ORDER:
        if rule.unless_learnt and batch.learnt:
            continue
        answer = rule.ask(batch)
        if isinstance(answer, Unmeasured):
            unknown.append(str(answer))
        elif answer is not None:
            return answer, unknown
    return calm.healthy(batch), unknown
