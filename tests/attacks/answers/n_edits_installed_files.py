"""Writes into the installed files of the course, of NumPy and of IPython.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
import numpy, IPython, vgcourse, os, pathlib
done = []
for module in (numpy, IPython, vgcourse):
    for path in list(pathlib.Path(module.__file__).parent.rglob("*.py"))[:40]:
        try: open(path, "a").close(); os.utime(path); done.append(str(path))
        except OSError: pass
if done: print("LEAK: could write", done[:3])
def tanh_chain(x, w, depth): return 0 * x
