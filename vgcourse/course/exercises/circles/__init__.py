"""Lesson 1, circles and the chain rule by hand: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.circles import backward_pass, chains, radial, rings, sigmoids

leak_free = rings.leak_free
radial_threshold = radial.radial
sigmoid = sigmoids.sigmoid
backward = backward_pass.backward
ten_slopes = chains.ten_slopes
tanh_slopes = chains.tanh_slopes
