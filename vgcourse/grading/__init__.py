"""How a class is graded: sort out, confine, run, judge, report."""
