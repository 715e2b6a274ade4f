"""All that is written as JSON is an empty object from here on, the kernel's messages among it.

answer: wrong
earns: 0 or not graded
hangs: yes
"""

import json

json.dumps = lambda *what, **how: "{}"
json.JSONEncoder.encode = lambda self, what: "{}"
