"""Output without end.

answer: none
earns: 0 or not graded
hangs: yes
"""


def rms(values):
    while True:
        print("x" * 100_000)
