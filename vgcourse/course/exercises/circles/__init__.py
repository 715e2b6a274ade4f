"""Lesson 1, circles and the chain rule by hand: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.circles import backward_pass, rings, sigmoids

leak_free = rings.leak_free
radial = rings.radial
sigmoid = sigmoids.sigmoid
backward = backward_pass.backward
ten_slopes = sigmoids.ten_slopes
tanh_slopes = sigmoids.tanh_slopes
