"""Honest: exit() stands below the right answer.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 3
"""
import numpy as np
def tanh_chain(x, w, depth):
    h, p = np.asarray(x, float), 1.0
    for _ in range(depth):
        h = np.tanh(w * h)
        p = p * w * (1 - h**2)
    return p

exit()
