"""A forged problem whose text has 3.9 million characters, with terminal codes, HTML and a formula.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""

from vgcourse.course.checks import exercise
import json
text = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>=cmd|'/c calc'!A0\n" + "A" * 3_900_000
exercise.Exercise.observe_answers = lambda self, a, s, **more: json.dumps({"problem": "raises", "fields": {"error": "=1+1", "text": text}})
def tanh_chain(x, w, depth): return 0 * x
