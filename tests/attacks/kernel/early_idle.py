"""The kernel's own channel says that the cell is done, and its answer 'ok', before it runs.

answer: wrong
earns: 0 or not graded
hangs: yes
"""

kernel = get_ipython().kernel  # noqa: F821


def announce(*_):
    kernel.session.send(
        kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=kernel.get_parent("shell"), ident=b"status"
    )


get_ipython().events.register("pre_run_cell", announce)  # noqa: F821
