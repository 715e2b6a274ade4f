"""The reply to the check bears payloads, and says that it was another cell.

answer: wrong
earns: 0
"""

from IPython import get_ipython

ip = get_ipython()
ip.payload_manager.write_payload(
    {"source": "set_next_input", "text": "check('first-check', lambda v: 1)", "replace": True}
)
ip.payload_manager.write_payload({"source": "ask_exit", "keepkernel": False})
ip.execution_count = -5
