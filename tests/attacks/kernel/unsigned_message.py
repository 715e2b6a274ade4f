"""A message with a false signature on the kernel's channel.

answer: right
earns: 1 or not graded
hangs: yes
"""

kernel = get_ipython().kernel  # noqa: F821
kernel.iopub_socket.send_multipart([b"<IDS|MSG>", b"0" * 64, b"{}", b"{}", b"{}", b"{}"])
