"""The package's bound is the best case.

lesson: 01_circles
cell: ten-slopes-answer
kind: cell
honest: 0
"""

import vgcourse as vg
def best_case(depth): return vg.theory.hochreiter_bound(int(depth)) if not hasattr(depth, "__len__") else None
