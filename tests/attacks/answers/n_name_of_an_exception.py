"""An exception class whose name is four million characters of markup.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
limit: 12
"""
def tanh_chain(x, w, depth): raise type("<b>" * 1_000_000, (Exception,), {})("x")
