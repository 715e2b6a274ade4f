"""Is what a diagnosis says of nets drawn by lot true?  ``python -m tests.benchmarks.bench_draws [first] [last]``.

One line a net: the verdict beside what a gradient tape measures and how the loss goes when training goes on.
NUMBERS: a number that is not the tape's. ALARM: an illness is named, and the loss comes down well. SILENT: nothing is
named, and the loss does not fall, or a gradient, a layer or its units have gone. Both are to be looked at, no more:
a net may learn with an ill layer, and a loss may stand for reasons that nobody claims to look at.
"""

import os
import sys
from collections import Counter

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

from tests import diagnosis_oracle as oracle
from tests.net_draws import Draw, draw
from vgcourse.measure.diagnosis import diagnose

NETS = 120


def judged(drawn: Draw, report) -> tuple[str, str]:
    """(a word, what was measured)."""
    if wrong := oracle.differences(drawn, report):
        return "NUMBERS", "; ".join(wrong[:4])
    with np.errstate(all="ignore"):
        facts, losses = oracle.measured(drawn, len(drawn.y)), oracle.course(drawn)
    reach = [layer["reach"] / facts.sent for layer in facts.layers.values() if "reach" in layer and facts.sent]
    gone = [n for n, layer in facts.layers.items() if max(layer.get("dead", 0), layer.get("flat", 0)) > 0.6]
    told = f"{losses[0]:.3g} to {losses[-1]:.3g}; hears {min(reach, default=np.nan):.1e} and more; gone: {gone}"
    start = min(losses[0], report.batch.guess or np.inf)
    if not report.healthy:
        return "ALARM" if losses[-1] < 0.85 * start else "named", told
    ill = not losses[-1] < 0.985 * losses[0] or min(reach, default=1) < 1e-3 or gone
    return "SILENT" if ill and not report.batch.learnt else "calm", told


def main() -> None:
    first, last = (*map(int, sys.argv[1:3]), *(0, NETS)[len(sys.argv[1:3]) :])
    counts = Counter()
    for seed in range(first, last):
        keras.backend.clear_session()
        drawn = draw(seed)
        report = diagnose(drawn.model, **drawn.asked())
        word, told = judged(drawn, report)
        counts[word] += 1
        print(f"{word:8} {seed:4} {report.cause} @ {report.layer} | {told} | {drawn.words}", flush=True)
        if word.isupper():
            print("         ", report.verdict, *report.notes, flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main()
