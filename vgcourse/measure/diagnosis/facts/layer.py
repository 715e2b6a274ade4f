"""What is known of a layer, an output and a whole batch: the numbers that a diagnosis rests on."""

from dataclasses import dataclass, field

import numpy as np

from vgcourse.measure.diagnosis.facts.stepping.found import Deaf, FarTargets, OddInput, OddNorms, OtherRate, Trial
from vgcourse.measure.diagnosis.facts.stepping.settings import Held, Leash, Price
from vgcourse.measure.diagnosis.facts.taps.attention import Attention
from vgcourse.measure.diagnosis.facts.taps.noise import Noise
from vgcourse.measure.diagnosis.thresholds import WORSE_BY_MOVING
from vgcourse.measure.diagnosis.through_time.facts import ThroughTime


@dataclass
class Output:
    """One output of the model on the batch.

    Attributes:
        layer: name of the layer it comes from. head: its activation. endings: the activations at the end, the
            last one first. loss: Keras's name of its loss, empty where unknown. from_logits: what the loss takes
            it for, None where that is no question.
        values, targets: (batch, ...) arrays; targets None where they do not match.
        own_loss: is it no loss of Keras's, so that nothing is known of what it takes the output for?
        deaf: share of the examples whose loss has exactly no gradient here. seen_through: does Keras
            compute the loss from the logits behind it? sent: norm per example of the gradient that the loss sends
            into it, 0 where it sends none.
        smoothing: the part of what tells its targets apart that label smoothing takes away.
        zero_share: share of the examples for which all its numbers are exactly 0. louder_at_zero: how many times what
            the loss sends to another example these get, root mean square; NaN where there are none, or no others.
    """

    layer: str
    head: str
    endings: tuple[str, ...]
    loss: str
    from_logits: bool | None
    values: np.ndarray
    targets: np.ndarray | None
    deaf: float
    seen_through: bool
    sure: bool
    own_loss: bool = False
    sent: float = np.nan
    zero_share: float = 0.0
    louder_at_zero: float = np.nan
    smoothing: float = 0.0


@dataclass
class Layer:
    """One layer on one batch. Norms are per example: the root of the mean over examples of the squared norm.

    Attributes:
        inner: of a recurrent layer, the name of the activation that it applies within a step.
        output: rms of the output h. signal: rms over units of h's standard deviation over the examples,
            what the layer says about its input.
        gradient: rms of dL_i/dh over examples and units. gradient_norm, delta_norm: norm of dL_i/dh, dL_i/dz.
        gain: ||W||_F / sqrt(fan_out), the factor by which random weights pass a gradient's norm back.
        update_ratio: the next step of the kernel over its size. step: the same, of a kernel next to 0 over the size
            that Glorot's initializer gives one of its shape.
        glorot: rms of the kernel over that which Glorot's initializer gives one of its shape.
        bias_rms: rms of the bias, or of a normalisation's shift.
        offset: |mean| / standard deviation of the kernel, 0 where that could be chance (4 standard errors).
        slope: rms of phi'(z); steepest: the largest |phi'| there is.
        across: of an activation that makes a number of several, as softmax does, what it was measured to let through
            of a gradient's norm; where no road leads around it, that is its slope. NaN of other activations.
        one_sided: is its activation flat for large numbers of one sign only?
        clipped: of a rectifier's activations above 0, the share whose slope is 0: relu6 ends at 6.
        dead, saturated_units: (units,) bool and float, per unit or channel; None without an activation.
        z_offset: rms of z's mean over the examples, relative to the rms of its standard deviation. z_rms: rms of z.
        input_rms, input_signal, input_offset: rms of what the layer takes in; rms of its standard deviation over
            the examples; size of its mean over them, relative to that.
        input_size: how many numbers of one example it takes in.
        passed: measured norm of the gradient at its input, by way of this layer alone, over delta_norm.
        gamma: rms of a normalisation's scale. statistics_off: how far the moving statistics that a batch
            normalisation used are from the batch's: shift in standard deviations, and ratio of the variances.
            moving_off: the same of those that it has, used or not. momentum: how slowly they move.
            astray: are they far from any way between what they started with and the batch's? moving_finite: are they?
        over_epsilon: variance of what a normalisation takes in over its epsilon; NaN of other layers.
        together: of a layer or group normalisation, how many numbers of an example it normalises together.
        drowned: of such a one, and of one of root mean squares, where some columns of what it takes in vary far more
            than the median one: (the one that varies most, how many times as much, the part of its output that hangs
            on those that do not). None of other layers.
        gates_flat: of a recurrent layer, the share of its gates that the input alone makes flat.
        gates_held: the share of its gates that its biases alone make flat.
        stored: the type of number in which its weights are kept. computes: that in which it computes.
        finite: are its weights and its output? weights_finite, input_finite: its weights alone, what it takes in.
        identical: units that share incoming weights *and* their gradient, so that they stay the same for ever.
    """

    name: str
    kind: str
    activation: str = "linear"
    inner: str | None = None
    units: int = 0
    output: float = np.nan
    signal: float = np.nan
    gradient: float = np.nan
    gradient_norm: float = np.nan
    delta_norm: float = np.nan
    kernel_gradient: float = np.nan
    kernel_rms: float = np.nan
    bias_rms: float = 0.0
    update_ratio: float = np.nan
    step: float = np.nan
    gain: float = np.nan
    glorot: float = np.nan
    offset: float = 0.0
    slope: float = 1.0
    steepest: float = 1.0
    across: float = np.nan
    saturated: float = np.nan
    one_sided: bool = False
    clipped: float = 0.0
    z_offset: float = 0.0
    z_rms: float = np.nan
    input_rms: float = np.nan
    input_size: int = 0
    input_signal: float = np.nan
    input_offset: float = 0.0
    dead: np.ndarray | None = None
    saturated_units: np.ndarray | None = None
    unit_slope: np.ndarray | None = None
    unit_gradient: np.ndarray | None = None
    identical: bool = False
    passed: float = np.nan
    gamma: float = np.nan
    statistics_off: tuple[float, float] | None = None
    moving_off: tuple[float, float] | None = None
    momentum: float = np.nan
    astray: bool = False
    moving_finite: bool = True
    over_epsilon: float = np.nan
    recurrent: bool = False
    gates_flat: float = np.nan
    gates_held: float = np.nan
    together: float = np.nan
    drowned: tuple[int, float, float] | None = None
    gradient_finite: bool = True
    weighted: bool = True
    trainable: bool = True
    stored: str = "float32"
    computes: str = "float32"
    finite: bool = True
    weights_finite: bool = True
    input_finite: bool = True

    @property
    def rectifier(self) -> bool:
        """Can its slope be exactly zero over half of the axis, so that a unit can die?"""
        return self.activation in ("relu", "relu6", "threshold")

    @property
    def smooth(self) -> bool:
        """Has it an activation that saturates rather than dies?"""
        return self.unit_slope is not None and "relu" not in self.activation and not self.rectifier

    @property
    def dead_share(self) -> float:
        """The share of units that are dead; nan where units cannot be."""
        return float(self.dead.mean()) if self.dead is not None and self.dead.size else np.nan


@dataclass(frozen=True)
class Inside:
    """An activation that is no layer's own, in a layer's call or behind it.

    Attributes:
        layer: where. saturated: share of its numbers whose slope is next to 0. slope, steepest: as of a `Layer`.
        kept: what it lets through of the norm of a gradient that comes back to it, measured.
    """

    layer: str
    activation: str
    saturated: float
    slope: float
    steepest: float
    kept: float


@dataclass
class Batch:
    """All layers in the order of the call, and what holds for the model as a whole.

    Attributes:
        sent: norm per example of the gradient that the loss sends into the model's outputs.
        plain: is it known to be a chain, each layer feeding the next one only?
        same_inputs, same_targets: are all examples of the batch, or all their targets, equal?
        settled_loss: loss as evaluate() has it, by moving statistics; None where it was not looked at.
        beyond: the largest of the model's inputs, where float16, in which it computes, ends before that; else 0.
        large_table: the embedding with vectors of large numbers, and the loss of the batch with vectors of rms 1;
            None where that was not tried.
        biased: the layer with the largest bias, its rms, and the loss of the batch with a bias of 0; None: not tried.
        large: the layer that takes in large inputs. standardised_loss: loss of the batch with standardised inputs,
            where that was tried.
        varies: do the model's answers differ over the examples?
        by_row: (loss as it is, loss with each target in its answer's shape), where an own loss makes them differ.
        penalties: what layers add to the loss; dearest: the layer that adds most of it. prices: the part of it
            that is asked for weights.
        free: the loss with the weights that have a price at 0, where what a constant answer gets is not known.
        held_down: the layer whose activity regularizer adds most of it; empty where something else does.
        left_out: what they would add, where the model is not compiled and only the given loss is measured.
        ema: the momentum of the moving average that fit() puts in place of the weights at its end; 0 without.
        bad_state: the layer of whose weights the optimizer remembers what is not finite; empty where there is none.
        leashes: kernels that a constraint holds far below their usual size.
        noise: of the layers that make it in training. decay: share of the weights that a step takes off.
        held: the setting that makes steps small, or leaves next to nothing of them. faster: a larger rate that was
            seen to do better.
        linear_runs: layers without an activation between them.
        unadapted: Normalization layers that have seen no inputs and hand on what they take in.
        inside: activations called as functions that are no layer's own.
        unopened: layers that run a net of several layers with weights in a loop of their own.
        untold: layers that act in training only, and that fit does not tell that it trains. model: its class's name.
        weighs_nothing: are all sample weights 0? rate: the learning rate of the next step, NaN where unknown.
        ended: does it follow a schedule none of whose later rates is larger? to_come: how many
            steps at the next one's rate all that are to come are worth together; infinite without a schedule.
        end: (how many steps it has still to make, the loss that they lead to), where these are few.
        deaf: layers beside roads that hear next to nothing, and no more after some steps.
        foreign: shapes of weights that hear the loss and are none of the model's. called_by: where they are used.
        still: of several inputs those that are the same for all examples. zero_fed: layer -> the input of the
            model that it takes in, which is 0 throughout.
        idle: layers with weights to train that were not called and that no gradient reaches.
        not_measured: what could not be measured and why, sentences.
    """

    layers: list[Layer]
    loss: float
    examples: int
    guess: float | None = None
    loss_name: str = ""
    optimizer: str = ""
    compiled: bool = False
    scheduled: bool = False
    ended: bool = False
    end: tuple[int, float] | None = None
    deaf: list[Deaf] = field(default_factory=list)
    foreign: list[tuple[int, ...]] = field(default_factory=list)
    called_by: str = ""
    to_come: float = np.inf
    rate: float = np.nan
    weighs_nothing: bool = False
    steps_done: int = 0
    settled_loss: float | None = None
    sent: float = np.nan
    plain: bool = False
    outputs: list[Output] = field(default_factory=list)
    trial: Trial | None = None
    same_inputs: bool = False
    same_targets: bool = False
    beyond: float = 0.0
    large_table: tuple[Layer, float] | None = None
    biased: tuple[Layer, float, float] | None = None
    large: Layer | None = None
    standardised_loss: float | None = None
    varies: bool = True
    attention: list[Attention] = field(default_factory=list)
    by_row: tuple[float, float] | None = None
    far: FarTargets | None = None
    odd: OddInput | None = None
    odd_norms: OddNorms | None = None
    inside: list[Inside] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    penalties: float = 0.0
    dearest: str = ""
    held_down: str = ""
    left_out: float = 0.0
    free: float | None = None
    bad_state: str = ""
    ema: float = 0.0
    noise: list[Noise] = field(default_factory=list)
    decay: float = 0.0
    held: Held | None = None
    faster: OtherRate | None = None
    linear_runs: list[list[str]] = field(default_factory=list)
    prices: list[Price] = field(default_factory=list)
    leashes: list[Leash] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    still: list[str] = field(default_factory=list)
    zero_fed: dict[str, str] = field(default_factory=dict)
    unadapted: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    model: str = "the model"
    not_measured: list[str] = field(default_factory=list)
    twins: list[tuple[str, str]] = field(default_factory=list)
    time: ThroughTime = field(default_factory=ThroughTime)

    @property
    def added(self) -> float:
        """What layers add to the loss by what they compute, and not for the size of their weights."""
        return self.penalties - sum(price.value for price in self.prices)

    @property
    def trial_is_harmful(self) -> bool:
        """Were steps on copies seen to do harm?"""
        return self.trial is not None and self.trial.harmful

    @property
    def learnt(self) -> bool:
        """Is the loss below a tenth of what the best constant answer gets?"""
        return self.guess is not None and bool(self.data_loss < 0.1 * self.guess)

    @property
    def half_learnt(self) -> bool:
        """Is the loss below half of what the best constant answer gets?"""
        return self.guess is not None and bool(self.data_loss < 0.5 * self.guess)

    @property
    def worse_by_moving(self) -> bool:
        """Do evaluate() and predict() answer much worse on this batch, for the statistics that they use?"""
        if self.settled_loss is None or not np.isfinite(self.loss):
            return False
        return not self.settled_loss <= self.loss + (WORSE_BY_MOVING - 1) * abs(self.loss)

    @property
    def data_loss(self) -> float:
        """The loss without what layers add to it."""
        return self.loss - self.penalties
