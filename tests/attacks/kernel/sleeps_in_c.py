"""A wait inside C code that holds the interpreter.

answer: none
earns: 0 or not graded
hangs: yes
"""

import ctypes


def rms(values):
    ctypes.PyDLL(None).sleep(1000)
