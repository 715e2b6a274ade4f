"""Another function of the package's does the same work, and calls it.

lesson: 00_start
cell: first-check-answer
kind: cell
honest: 0
"""

from vgcourse.measure.statistics import pooled_rms
def rms(values): return pooled_rms([values])
