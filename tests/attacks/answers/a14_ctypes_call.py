"""The course's version called through ctypes (should be noticed).

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""

import ctypes
from vgcourse.course.exercises.circles import tanh_slopes
own = tanh_slopes.reference()
call = ctypes.pythonapi.PyObject_CallObject
call.restype, call.argtypes = ctypes.py_object, [ctypes.py_object, ctypes.py_object]
def tanh_chain(x, w, depth):
    return call(own, (x, w, depth))
