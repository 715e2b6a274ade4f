"""A connection to a server on the machine and to one outside.

answer: wrong
earns: 0
"""

import contextlib
import json

with open("ground.json") as file:
    ground = json.load(file)

import socket

for address in (("127.0.0.1", ground["tcp"]), (ground["host"], ground["tcp"]), ("1.1.1.1", 53)):
    with contextlib.suppress(OSError):
        socket.create_connection(address, timeout=0.5).sendall(b"LEAK")
        print("LEAK", address)
