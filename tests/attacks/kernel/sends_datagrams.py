"""Datagrams, for which no connection is needed.

answer: wrong
earns: 0
"""

import contextlib
import json

with open("ground.json") as file:
    ground = json.load(file)

import socket

with contextlib.suppress(OSError):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for host in ("127.0.0.1", ground["host"]):
        with contextlib.suppress(OSError):
            sender.sendto(b"LEAK", (host, ground["udp"]))
        with contextlib.suppress(OSError):
            sender.sendmsg([b"LEAK"], [], 0, (host, ground["udp"]))
