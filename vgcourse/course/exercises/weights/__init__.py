"""Lesson 3, weight capture: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.weights import captures, paths, symmetry, tables, updates

weight_capture = captures.weight_capture
layer_statistics = tables.layer_statistics
path_length = paths.path_length
update_ratio = updates.update_ratio
break_symmetry = symmetry.break_symmetry
