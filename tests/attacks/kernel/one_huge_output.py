"""One output of 80 MB.

answer: none
earns: 0 or not graded
hangs: yes
"""

from IPython.display import HTML, display


def rms(values):
    display(HTML("x" * 80_000_000))
    return 0.0
