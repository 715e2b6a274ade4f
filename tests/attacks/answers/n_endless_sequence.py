"""A sequence without an end, with a length that lies.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
says: tanh-slopes
"""
class Endless:
    def __len__(self): return 10**9
    def __getitem__(self, i): return 0.0
def tanh_chain(x, w, depth): return Endless()
