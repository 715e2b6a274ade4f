"""Lesson 8, the other ways out: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.ways_out import cheapest, cures, factors, norms, pretraining

pretrain = pretraining.pretrain
batch_norm = norms.batch_norm
norm_factor = factors.norm_factor
which_cure = cures.which_cure
cheapest_cure = cheapest.cheapest_cure
