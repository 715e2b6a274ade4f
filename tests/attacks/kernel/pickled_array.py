"""An array of objects, whose bytes are a program.

answer: wrong
earns: 0
"""

from vgcourse.course.checks import exercise

array = '{"__array__": "gASVIAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAR0cnVllIWUUpQu", "dtype": "|O", "shape": [1]}'
text = '{"seen": {"sizes": [5, ' + array + "]}}"
exercise.Exercise.observe_answers = lambda self, answers, seed, **more: text
