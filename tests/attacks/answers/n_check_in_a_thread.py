"""The check runs in threads and an async task after its cell has ended.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
says: tanh-slopes
"""
import threading, asyncio, time
from vgcourse import check as real
def check(id, *answers, **k):
    def later():
        time.sleep(0.3)
        for _ in range(20):
            try: real(id, *answers)
            except Exception: pass
    threading.Thread(target=later).start()
    asyncio.get_event_loop().call_later(0.2, lambda: real(id, *answers))
def tanh_chain(x, w, depth): return 0 * x
