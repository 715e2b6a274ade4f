"""The shell runs its own cells in place of the graded ones.

answer: wrong
earns: 0 or not graded
hangs: yes
"""

shell = get_ipython()  # noqa: F821
shell.run_cell = lambda *_, **__: None
shell.run_cell_async = None
