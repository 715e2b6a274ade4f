"""A right answer in a notebook that was profiled before: it keeps its points.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 3
"""
import cProfile, numpy as np
def tanh_chain(x, w, depth):
    d = 1.0
    for _ in range(depth):
        x = np.tanh(w * x); d = d * w * (1 - x**2)
    return d
p = cProfile.Profile(); p.enable(); tanh_chain(np.ones(3), 1.1, 3); p.disable()
