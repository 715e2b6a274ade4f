"""The spread as statistics teaches it, with n - 1."""


def rms(values):
    return values.std(ddof=1)
