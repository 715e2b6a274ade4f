"""Lesson 4, gradient capture: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.gradients import faults, outputs, sizes, slopes, steps

train_step = steps.train_step
layer_rms = sizes.layer_rms
output_gradients = outputs.output_gradients
layer_factor = slopes.layer_factor
find_fault = faults.find_fault
