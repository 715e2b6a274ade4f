"""Honest: the right answer computed in a pool of threads.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 3
"""
import numpy as np
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(3)
def one(x, w, depth):
    h, p = np.asarray(x, float), 1.0
    for _ in range(depth):
        h = np.tanh(w * h)
        p = p * w * (1 - h**2)
    return p

def tanh_chain(x, w, depth): return np.array(list(pool.map(lambda v: one(v, w, depth), x)))
