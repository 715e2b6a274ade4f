"""Messages are sent under the header of the next check's cell, guessed and repeated.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
import threading, time
from vgcourse.course.checks.observation import MIME
k = get_ipython().kernel
def flood():
    for _ in range(200):
        k.session.send(k.iopub_socket, "display_data", {"data": {MIME: {"exercise": "tanh-slopes", "observation": '{"seen":{"chain":[1]}}'}}, "metadata": {}, "transient": {}}, parent=k.get_parent("shell"), ident=b"display_data")
        time.sleep(0.01)
threading.Thread(target=flood, daemon=True).start()
def tanh_chain(x, w, depth): return 0 * x
