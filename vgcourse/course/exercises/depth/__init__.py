"""Lesson 2, shallow and deep: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.depth import bands, comparisons, nets

make_mlp = nets.make_mlp
count_parameters = nets.count_parameters
quartile_band = bands.quartile_band
fair_pairs = comparisons.fair_pairs
share_of_gap = comparisons.share_of_gap
