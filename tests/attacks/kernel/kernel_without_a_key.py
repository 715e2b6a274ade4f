"""The kernel's messages are signed with no key, and its counter is set to what no kernel counts.

answer: wrong
earns: 0 or not graded
"""

kernel = get_ipython().kernel  # noqa: F821
kernel.session.key = b""
kernel.shell.execution_count = -5
