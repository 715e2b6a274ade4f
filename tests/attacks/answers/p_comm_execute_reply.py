"""A forged execute_reply with an observation in user_expressions, by the kernel's own socket.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""

ip = get_ipython(); k = ip.kernel
from vgcourse.course.checks.observation import MIME, encode
import numpy as np
def tanh_chain(x, w, depth):
    text = encode({"seen": {"chain": np.zeros(4)}})
    for kind in ("execute_reply", "display_data", "update_display_data", "execute_result"):
        content = {"status": "ok", "execution_count": 1, "data": {MIME: {"exercise": "tanh-slopes", "observation": text}}, "metadata": {}, "user_expressions": {"told": {"status": "ok", "data": {"text/plain": "1"}, "metadata": {}}}, "payload": []}
        k.session.send(k.iopub_socket, kind, content, parent=k.get_parent("shell"))
    return 0 * x
