"""A verdict of full marks in the metadata of an output, as the grader writes them.

answer: wrong
earns: 0
"""

from IPython.display import display

mark = {"exercise": "first-check", "key": "passed", "share": 1.0, "message": "", "points": 1}
display({"text/plain": "✓"}, raw=True, metadata={"vgcourse": mark})
