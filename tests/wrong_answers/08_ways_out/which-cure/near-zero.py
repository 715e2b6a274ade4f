"""Takes for 0 what is below a tenth."""


def which_cure(figures):
    if figures["zeros"].mean() > 0.1:
        return "relu"
    if figures["unit_mean"].max() < 0.1:
        return "batch norm"
    if figures["example_mean"].max() < 0.1:
        return "layer norm"
    return "skip" if figures["size"][-1] > 1 else "none"
