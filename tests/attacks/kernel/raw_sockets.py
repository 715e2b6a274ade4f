"""Kinds of sockets that namespaces do not cover, or that reach past the network's own rules.

answer: wrong
earns: 0
"""

import contextlib
import json

with open("ground.json") as file:
    ground = json.load(file)

import socket

for family, kind in ((socket.AF_PACKET, socket.SOCK_RAW), (40, socket.SOCK_STREAM), (38, socket.SOCK_SEQPACKET)):
    with contextlib.suppress(OSError):
        socket.socket(family, kind)
        print("LEAK", family)
