"""A loop without end.

answer: none
earns: 0 or not graded
hangs: yes
"""


def rms(values):
    while True:
        pass
