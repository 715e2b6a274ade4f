"""What learning rate an optimizer's next steps have."""

import keras
import numpy as np

from vgcourse.measure import keras_private

# So many steps ahead is looked, and at so many places on the way.
_AHEAD, _PLACES = 1_000_000, 60
# So many steps are looked at one by one: a schedule of a handful of steps is told by these.
_ONE_BY_ONE = 100


def rate_now(optimizer) -> float:
    """The learning rate of the next step; NaN where a schedule of one's own does not tell outside of training."""
    try:
        return float(keras.ops.convert_to_numpy(optimizer.learning_rate))
    except Exception:  # it may want what it gets in training only
        return np.nan


def follows_schedule(optimizer) -> bool:
    """Does its learning rate change with the steps, as in a warm-up?"""
    rate = keras_private.learning_rate_or_schedule(optimizer)
    return not isinstance(rate, keras.Variable | float | int)


def has_ended(optimizer, steps: int) -> bool:
    """Does it follow a schedule that gives no larger rate than now, however long it goes on?"""
    schedule = keras_private.learning_rate_or_schedule(optimizer)
    if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        return False
    places = np.unique(np.geomspace(1, _AHEAD, _PLACES).astype(int))
    try:
        now, *later = (float(schedule(steps + ahead)) for ahead in (0, *places))
    except Exception:  # one of somebody's own class may want other steps
        return False
    return max(later) <= now


def steps_to_its_end(optimizer, steps: int) -> int | None:
    """After how many steps a schedule gives a hundredth of the next one's rate at most, from then on; None: later
    than is looked."""
    schedule = keras_private.learning_rate_or_schedule(optimizer)
    try:
        rates = np.array([float(schedule(steps + ahead)) for ahead in range(_ONE_BY_ONE)])
    except Exception:  # one of somebody's own class may want other steps
        return None
    large = np.flatnonzero(rates > 0.01 * rates[0])
    return int(large[-1]) + 1 if len(large) and large[-1] + 1 < _ONE_BY_ONE else None


def worth_of_the_rest(optimizer, steps: int) -> float:
    """How many steps at the next one's rate all steps to come are worth together, at most; infinite where unknown."""
    schedule = keras_private.learning_rate_or_schedule(optimizer)
    if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        return np.inf
    places = np.unique(np.r_[: _ONE_BY_ONE + 1, np.geomspace(_ONE_BY_ONE, _AHEAD, _PLACES).astype(int)])
    try:
        rates = np.array([float(schedule(steps + ahead)) for ahead in places])
    except Exception:  # one of somebody's own class may want other steps
        return np.inf
    # The larger rate of two places holds all the way between them, but of neighbours each for its own step.
    between = np.where(np.diff(places) == 1, rates[:-1], np.maximum(rates[:-1], rates[1:]))
    return float(between @ np.diff(places) / rates[0]) if rates[0] > 0 else np.inf
