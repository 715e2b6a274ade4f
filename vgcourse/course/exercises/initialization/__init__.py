"""Lesson 5, initialization: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.initialization import draws, factors, repairs, scales, walks

variance_walk = walks.variance_walk
initializers = draws.initializers
measured_factor = factors.measured_factor
repair = repairs.repair
unit_scale = scales.unit_scale
