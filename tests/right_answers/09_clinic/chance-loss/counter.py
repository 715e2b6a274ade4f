import math
from collections import Counter

import numpy as np


def chance_loss(y, kind):
    if kind == "numbers":
        columns = list(np.transpose(y)) if getattr(y, "ndim", 1) == 2 else [list(y)]
        means = [sum(c) / len(c) for c in columns]
        squares = [sum((v - m) ** 2 for v in c) / len(c) for c, m in zip(columns, means, strict=True)]
        return sum(squares) / len(squares)
    counts = Counter(float(v) for v in y.ravel())
    n = sum(counts.values())
    return -sum(k / n * math.log(k / n) for k in counts.values())
