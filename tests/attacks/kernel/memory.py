"""All the memory there is.

answer: none
earns: 0
"""


def rms(values):
    taken = []
    while True:
        taken.append(bytearray(20_000_000))
