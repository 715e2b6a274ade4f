"""Lesson 7, recurrent nets: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.recurrent import backward, clipping, factors, gates, windows

back_in_time = backward.back_in_time
time_factor = factors.time_factor
gate_for = gates.gate_for
clipped_step = clipping.clipped_step
short_window = windows.short_window
