"""Rows of the report that stand on kept runs: T3's five ways out, and what T2 says of recurrent nets."""

import numpy as np
import pandas as pd

from vgcourse.published.claims import verdict

__all__ = ["number", "recurrent_table", "spread", "ways_table"]

BETTER = 0.2  # in accuracy: so much a way out must bring
VANISHED = 1e-3  # the share of an error that is left

_ON_DIGITS = (  # words, way of the kept table, epochs without it and with it
    ("layer-wise pre-training", "pre-trained", 30, 30),
    ("LSTM: its gate, from layer to layer", "gate", 30, 30),
    ("faster hardware: 1,000 epochs for 10", "as it is", 10, 1000),
    ("residual: a skip around each layer", "skip", 30, 30),
    ("relu", "relu", 30, 30),
    ("relu, with He's weights", "relu and He", 30, 30),
    ("later: batch normalisation", "batch norm", 30, 30),
    ("later: layer normalisation", "layer norm", 30, 30),
)
_CELLS = {
    "sigmoid": "SimpleRNN, sigmoid",
    "tanh": "SimpleRNN, tanh",
    "relu, identity": "SimpleRNN, relu, identity",
    "gru": "GRU",
    "lstm": "LSTM",
    "lstm, bias 3": "LSTM, forget bias 3",
}


def ways_table() -> pd.DataFrame:
    """A row for each way out and optimizer: accuracy without it and with it, in how many seeds it helps, the work.

    On six layers of 32 sigmoids on digits, after 30 epochs but where epochs are the way. Then the residual net and
    the LSTM where they are at home: twenty relu layers with small weights on circles, and a recurrent net that must
    recall its first input. Work: billions of multiplications in the matrix products of training, where counted.
    """
    from vgcourse.published.kept.memory_runs import memory_runs
    from vgcourse.published.kept.residual_runs import residual_runs
    from vgcourse.published.kept.ways import ways_runs

    digits, memory, blocks = ways_runs(), memory_runs(), residual_runs()
    digits = digits[digits.net == "digits"]
    rows = []
    for words, way, before, after in _ON_DIGITS:
        for optimizer in ("sgd", "adam"):
            of = digits[digits.optimizer == optimizer]
            without = of[(of.way == "as it is") & (of.epochs == before)]
            rows.append(_way_row(words, optimizer, without, of[(of.way == way) & (of.epochs == after)]))
    plain, skip = (blocks[blocks.net == f"relu, small weights, {kind}"] for kind in ("plain", "skip"))
    rows.append(_way_row("residual: a skip around 20 blocks, circles", "adam", plain, skip))
    recall = memory[(memory.task == "recall") & (memory.steps == 50)]
    tanh, lstm, open_gate = (recall[recall.cell == cell] for cell in ("tanh", "lstm", "lstm, bias 3"))
    rows.append(_way_row("LSTM for tanh, recall after 50 steps", "adam", tanh, lstm))
    rows.append(_way_row("LSTM, forget bias 3, for tanh, likewise", "adam", tanh, open_gate))
    return pd.DataFrame(rows)


def _way_row(words: str, optimizer: str, without: pd.DataFrame, run: pd.DataFrame) -> dict[str, str]:
    before, after = (frame.set_index("seed")["accuracy"] for frame in (without, run))
    better = after - before >= BETTER  # the same seed: the same data in the same order
    return {
        "way out": words,
        "optimizer": optimizer,
        "without, median": number(before.median()),
        **spread(after),
        "at least .2 better in": f"{int(better.sum())} of {len(better)} seeds",
        "a way out": verdict(float(better.mean())),
        "work": f"{run['work'].iloc[0]:.3g}" if "work" in run else "",
    }


def recurrent_table() -> pd.DataFrame:
    """A row for each recurrent layer: factor a step and what is left of an error after 200 steps, before training.

    T2 calls a recurrent net of 200 to 400 steps a very deep one, whose gradient vanishes. Vanished: less than a
    thousandth is left.
    """
    from vgcourse.published.kept.memory_starts import memory_starts

    starts = memory_starts()
    starts = starts[(starts.steps == 200) & (starts.features == 1)]
    return pd.DataFrame([_cell_row(words, starts[starts.cell == cell]) for cell, words in _CELLS.items()])


def _cell_row(words: str, nets: pd.DataFrame) -> dict[str, str]:
    vanished = nets["left"] < VANISHED
    low, middle, high = nets["left"].quantile([0, 0.5, 1])
    return {
        "recurrent layer": words,
        "factor a step, median": number(nets["factor"].median()),
        "left after 200 steps, median": f"{middle:.1e}",
        "min – max": f"{low:.1e} – {high:.1e}",
        "vanishes in": f"{int(vanished.sum())} of {len(nets)} nets",
        "the gradient vanishes": verdict(float(vanished.mean())),
    }


def spread(values: pd.Series) -> dict[str, str]:
    """Median, quartiles, range and count of a column, as the report prints them."""
    low, middle, high = values.quantile([0.25, 0.5, 0.75])
    return {
        "median": number(middle),
        "quartiles": f"{number(low)} – {number(high)}",
        "min – max": f"{number(values.min())} – {number(values.max())}",
        "runs": str(len(values)),
    }


def number(value: float) -> str:
    """With three digits behind the point below 1, fewer above."""
    if not np.isfinite(value):
        return str(value)
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
