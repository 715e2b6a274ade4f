"""A right answer under a cell magic: it keeps its points.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 3
"""
%%time
import numpy as np
def tanh_chain(x, w, depth):
    d = 1.0
    for _ in range(depth):
        x = np.tanh(w * x); d = d * w * (1 - x**2)
    return d
