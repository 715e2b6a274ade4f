"""The grader's sockets: by path, by abstract name, and of other kernels.

answer: wrong
earns: 0
"""

import contextlib
import json

with open("ground.json") as file:
    ground = json.load(file)

import glob
import socket

paths = [ground["unix"], "\0" + ground["abstract"], "/var/run/docker.sock", "/run/systemd/private"]
for path in [*paths, *glob.glob("/tmp/vgcourse-*/*/s/k-*")]:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        line.sendall(b"LEAK")
        print("LEAK" if "/s/k-" not in path else "own", path)
