"""What stands in an answer's place in the notebook that students get."""

STUB = "...  # YOUR CODE HERE"
TEXT_STUB = "*Your answer here: a few sentences.*"
