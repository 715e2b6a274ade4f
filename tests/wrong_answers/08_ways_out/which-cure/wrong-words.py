"""By the gradient alone."""


def which_cure(figures):
    share = figures["gradient"][0] / figures["gradient"][-1]
    for least, word in ((3, "batch norm"), (0.5, "skip"), (0.05, "relu"), (1e-6, "layer norm")):
        if share > least:
            return word
    return "none"
