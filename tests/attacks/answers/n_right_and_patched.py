"""A right answer beside a harmless patch of NumPy: it keeps its points.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 3
"""
import numpy as np
np.set_printoptions(precision=2)
def tanh_chain(x, w, depth):
    d = 1.0
    for _ in range(depth):
        x = np.tanh(w * x); d = d * w * (1 - x**2)
    return d
