"""A message that no kernel sends: display id that is a list.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
k = get_ipython().kernel
def tanh_chain(x, w, depth):
    k.session.send(k.iopub_socket, "display_data", {"data": {}, "metadata": {}, "transient": {"display_id": [1]}}, parent=k.get_parent("shell"))
    return 0 * x
k.session.send(k.iopub_socket, "display_data", {"data": {}, "metadata": {}, "transient": {"display_id": [1]}}, parent=k.get_parent("shell"))
