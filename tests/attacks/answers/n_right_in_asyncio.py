"""Honest: the right answer awaits tasks in a loop of its own.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 3
"""
import asyncio, threading
import numpy as np
def one(x, w, depth):
    h, p = np.asarray(x, float), 1.0
    for _ in range(depth):
        h = np.tanh(w * h)
        p = p * w * (1 - h**2)
    return p

async def all_of(x, w, depth): return await asyncio.gather(*(asyncio.to_thread(one, v, w, depth) for v in x))
def tanh_chain(x, w, depth):
    found = []
    t = threading.Thread(target=lambda: found.extend(asyncio.run(all_of(x, w, depth)))); t.start(); t.join()
    return np.array(found)
