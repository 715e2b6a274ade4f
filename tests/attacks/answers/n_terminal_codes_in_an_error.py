"""An exception whose message holds terminal codes, a null byte and a new line.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
def tanh_chain(x, w, depth): raise ValueError("\x1b[2J\x00zoe: 12 of 12\r" + "A" * 3_000_000)
