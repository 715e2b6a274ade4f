"""The numbers are infinities, NaN and Ellipses.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
import numpy as np
def tanh_chain(x, w, depth): return np.where(np.arange(len(x)) % 2, np.inf, np.nan)
