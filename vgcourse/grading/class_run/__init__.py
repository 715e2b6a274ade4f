"""A class: who handed in, who is graded by which worker, and what was kept of it."""
