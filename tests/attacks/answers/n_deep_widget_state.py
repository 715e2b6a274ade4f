"""A widget's state is nested 900 deep.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
k = get_ipython().kernel
state = {}
for _ in range(900): state = {"a": state}
k.session.send(k.iopub_socket, "comm_open", {"comm_id": "d", "target_name": "jupyter.widget", "data": {"state": state}}, parent=k.get_parent("shell"))
def tanh_chain(x, w, depth): return 0 * x
