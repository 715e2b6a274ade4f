"""A right answer that works with a pool of processes and writes files.

answer: none
earns: 1
"""

import multiprocessing
import tempfile

import numpy as np

with multiprocessing.get_context("fork").Pool(2) as pool, tempfile.NamedTemporaryFile() as file:
    file.write(bytes(pool.map(abs, [1, 2, 3])))


def rms(values):
    return np.sqrt(np.mean(np.square(values)))
