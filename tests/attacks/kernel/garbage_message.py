"""Bytes on the kernel's channel that are no message.

answer: wrong
earns: 0 or not graded
hangs: yes
"""

get_ipython().kernel.iopub_socket.send_multipart([b"\xff" * 1000] * 5)  # noqa: F821
