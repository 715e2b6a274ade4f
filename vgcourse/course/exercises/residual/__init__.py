"""Lesson 6, residual connections: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.residual import backward, blocks, deep, growth, scales

residual_block = blocks.residual_block
walk_back = backward.walk_back
block_growth = growth.block_growth
deep_net = deep.fifty_blocks
branch_scale = scales.branch_scale
