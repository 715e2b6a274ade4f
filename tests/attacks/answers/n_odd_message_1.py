"""A message that no kernel sends: bundle that is a text.

lesson: 01_circles
cell: tanh-slopes-answer
kind: cell
honest: 0
"""
k = get_ipython().kernel
def tanh_chain(x, w, depth):
    k.session.send(k.iopub_socket, "display_data", {"data": "text", "metadata": {}}, parent=k.get_parent("shell"))
    return 0 * x
k.session.send(k.iopub_socket, "display_data", {"data": "text", "metadata": {}}, parent=k.get_parent("shell"))
