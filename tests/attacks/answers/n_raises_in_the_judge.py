"""A forged observation on which the judge stumbles: no points, and never full ones.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
from vgcourse.course.checks import session
real = session._emit
session._emit = lambda text, id: real('{"seen":{}}', id)
def tanh_chain(x, w, depth): return 0 * x
