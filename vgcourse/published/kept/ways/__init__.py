"""The other ways out of a vanished gradient, one change at a time, with sixteen seeds each: kept tables of runs.

``python -m vgcourse.published.kept.ways`` measures all of them anew, in some twenty minutes of a processor's time,
and writes ``ways_runs.csv`` beside this file.
"""

from pathlib import Path

import pandas as pd

__all__ = ["ways_runs"]

FILE = Path(__file__).with_name("ways_runs.csv")


def ways_runs() -> pd.DataFrame:
    """One row a run: net, way, optimizer, rate, epochs, seed, and what was found.

    ``net``: "digits" (six layers of 32 sigmoids; accuracy on the 450 test pictures, batch normalisation with the mean
    and variance of the training pictures), "20 sigmoid", "20 relu", "50 relu" and "10 of 8" (circles; accuracy on all
    1,000 points), "transformer" (accuracy on new sequences; trained for so many ``updates``). ``way`` is the one
    change, "as it is" or "none" where nothing was changed; "gate" is an LSTM's sum, from layer to layer.
    ``factor``: the back-propagated gradient's factor a layer before training; ``first_last``, of a transformer: its
    rms before the first block over that after the last. ``dead_start``, ``dead``: share of relu units at 0 for every
    point, before and after training. ``work``: billions of multiplications in the matrix products of training.
    """
    return pd.read_csv(FILE)
