"""The kernel answers 'fine' without running anything.

answer: wrong
earns: 0 or not graded
hangs: yes
"""

from ipykernel.ipkernel import IPythonKernel


async def do_execute(self, *_, **__):
    return {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}


IPythonKernel.do_execute = do_execute
