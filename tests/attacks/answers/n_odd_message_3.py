"""A message that no kernel sends: count that is a list.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
k = get_ipython().kernel
def tanh_chain(x, w, depth):
    k.session.send(k.iopub_socket, "execute_result", {"data": {}, "metadata": {}, "execution_count": [1]}, parent=k.get_parent("shell"))
    return 0 * x
k.session.send(k.iopub_socket, "execute_result", {"data": {}, "metadata": {}, "execution_count": [1]}, parent=k.get_parent("shell"))
