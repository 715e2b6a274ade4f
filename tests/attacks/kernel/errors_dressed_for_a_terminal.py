"""An error whose name is a line of a terminal and of a table.

answer: none
earns: 0
"""

Odd = type(
    "Err\x1b[2J\n=cmd()\u202eLEAK".replace("LEAK", "KAEL"),
    (Exception,),
    {"__str__": lambda s: "\ud800\x00\x1b]0;x\x07 2 of 2 points"},
)


def rms(values):
    raise Odd()
