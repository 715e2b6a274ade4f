"""Lesson 9, a clinic of sick networks: its exercises, in the order of the lesson."""

from vgcourse.course.exercises.clinic import cheapest, constants, cures, findings, scales, statistics

chance_loss = constants.chance_loss
refresh = statistics.refresh
loss_scale = scales.loss_scale
cheapest_cure = cheapest.cheapest_cure
six_findings = findings.six_findings
six_cures = cures.six_cures
