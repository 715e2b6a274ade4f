"""Two recordings of one model, side by side."""

import pandas as pd


def compare(one, other) -> pd.DataFrame:
    """The rms (for fractions, the mean) of every quantity that both hold, at the epochs that both hold.

    Returns:
        Columns ``epoch, layer, quantity, one, other, ratio``, ratio being other / one; with ``step`` after quantity
        where both recorded gradients by time step. Its ``attrs["info"]`` tells what differs in the settings of
        the runs: word -> (one, other).

    Raises:
        TypeError: where either is no Recording. ValueError: where they share no layer or no moment.
    """
    if not hasattr(other, "frame") or not hasattr(other, "info"):
        raise TypeError(f"other: expected a Recording, got {type(other).__name__}.")
    keys = ["epoch", "layer", "quantity"]
    first, second = _sizes(one.frame()), _sizes(other.frame())
    if "step" in first and "step" in second:
        keys.append("step")
    both = first.merge(second, on=keys, suffixes=("_one", "_other"))
    if both.empty:
        raise ValueError(
            f"other: the two recordings share no quantity of a layer at one epoch; layers {list(one.layers)} and "
            f"{list(other.layers)}, epochs {one.epochs[0]:g} to {one.epochs[-1]:g} and "
            f"{other.epochs[0]:g} to {other.epochs[-1]:g}."
        )
    table = both[keys].assign(one=both["size_one"], other=both["size_other"])
    table["ratio"] = table["other"] / table["one"]
    words = [word for word in {**one.info, **other.info} if one.info.get(word) != other.info.get(word)]
    table.attrs["info"] = {word: (one.info.get(word), other.info.get(word)) for word in words}
    return table


def _sizes(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(size=frame["rms"].fillna(frame["mean"]))
