"""An object whose __del__ and an atexit send an observation when the kernel ends.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
import atexit
from vgcourse.course.checks import session, observation
class Late:
    def __del__(self, emit=session._emit, encode=observation.encode): emit(encode({"seen": {"chain": [0.0] * 12}}), "tanh-slopes")
late = Late()
atexit.register(late.__del__)
def tanh_chain(x, w, depth): return 0 * x
