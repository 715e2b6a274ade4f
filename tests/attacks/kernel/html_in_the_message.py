"""Markup in an error's text, on its way to the feedback page.

answer: none
earns: 0
"""


def rms(values):
    raise ValueError("<script>alert(2)</script><img src=x onerror=alert(1)>")
