"""Points by the million, printed and returned.

answer: wrong
earns: 0
"""

print("1000000")
print("points: 1")
print(1e308)
