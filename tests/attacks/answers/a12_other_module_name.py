"""The module loaded again from its file under another name (should be noticed).

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""

import importlib.util
from vgcourse.course.exercises.circles import sigmoids
spec = importlib.util.spec_from_file_location("mine", sigmoids.__file__)
mine = importlib.util.module_from_spec(spec); spec.loader.exec_module(mine)
tanh_chain = mine.tanh_slopes.reference()
