"""Updates displays by every id there may be.

answer: wrong
earns: 0
"""

from IPython import get_ipython

k = get_ipython().kernel


def after(*_):
    for i in range(300):
        k.session.send(
            k.iopub_socket,
            "update_display_data",
            {
                "data": {"text/plain": "1"},
                "metadata": {
                    "vgcourse": {"share": 1.0, "key": "passed", "message": "Right.", "exercise": "first-check"}
                },
                "transient": {"display_id": str(i)},
            },
            parent=k.get_parent("shell"),
        )


get_ipython().events.register("post_run_cell", after)
