"""The text of the cells that follow is replaced before it runs.

answer: wrong
earns: 0
"""

get_ipython().input_transformers_cleanup.append(lambda lines: ["1\n"])  # noqa: F821
