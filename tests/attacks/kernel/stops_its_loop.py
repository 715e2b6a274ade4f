"""The loop that reads what is asked of the kernel ends.

answer: wrong
earns: 0 or not graded
"""

import asyncio

loop = asyncio.get_event_loop()
loop.call_soon(loop.stop)
