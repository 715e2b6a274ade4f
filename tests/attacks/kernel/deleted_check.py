"""The name check is taken away.

answer: wrong
earns: 0
"""

del check  # noqa: F821
