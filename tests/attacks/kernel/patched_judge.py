"""The judge in the student's process gives full marks.

answer: wrong
earns: 0
"""

from vgcourse.course.checks import exercise, session

exercise.Exercise.verdict = lambda self, *_: exercise.Verdict(self.id, self.points, 1.0, "passed", "")
session.CheckFailed = Warning
