"""A message that no kernel sends: a comm without data.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
k = get_ipython().kernel
def tanh_chain(x, w, depth):
    k.session.send(k.iopub_socket, "comm_open", {"comm_id": "a"}, parent=k.get_parent("shell"))
    return 0 * x
k.session.send(k.iopub_socket, "comm_open", {"comm_id": "a"}, parent=k.get_parent("shell"))
