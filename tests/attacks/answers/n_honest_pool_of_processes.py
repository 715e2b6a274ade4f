"""Honest: a pool of processes was used before and is open; the answer does not use it.

lesson: 00_start
cell: first-check-answer
kind: cell
honest: 1
"""

import multiprocessing
import numpy as np
pool = multiprocessing.get_context("fork").Pool(2)
print(pool.map(abs, [-1, -2]))
def rms(values): return np.sqrt(np.mean(np.square(values)))
