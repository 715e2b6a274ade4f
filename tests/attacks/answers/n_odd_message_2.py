"""A message that no kernel sends: traceback of numbers.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
k = get_ipython().kernel
def tanh_chain(x, w, depth):
    k.session.send(k.iopub_socket, "error", {"ename": 1, "evalue": 2, "traceback": [3]}, parent=k.get_parent("shell"))
    return 0 * x
k.session.send(k.iopub_socket, "error", {"ename": 1, "evalue": 2, "traceback": [3]}, parent=k.get_parent("shell"))
