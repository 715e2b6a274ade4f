"""Lesson 2, shallow and deep: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.depth import bands, counts, gaps, nets, pairs

make_mlp = nets.make_mlp
count_parameters = counts.count_parameters
quartile_band = bands.quartile_band
fair_pairs = pairs.fair_pairs
share_of_gap = gaps.share_of_gap
