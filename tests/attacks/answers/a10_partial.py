"""functools.partial around the course's version (should be noticed).

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""

import functools
from vgcourse.course.exercises.circles import tanh_slopes
tanh_chain = functools.partial(tanh_slopes.reference())
