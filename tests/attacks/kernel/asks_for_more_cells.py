"""Asks its front end to put the check's cell in anew, to show a page of megabytes, and to end.

answer: wrong
earns: 0 or not graded
"""

manager = get_ipython().payload_manager  # noqa: F821
check_cell = {"source": "set_next_input", "text": "check('first-check', lambda values: 1)", "replace": True}
manager.write_payload(check_cell)
manager.write_payload({"source": "page", "data": {"text/plain": "x" * 3_000_000}})
get_ipython().ask_exit()  # noqa: F821
