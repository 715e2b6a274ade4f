import numpy as np


def chance_loss(y, kind):
    np.mean(np.var(y, axis=0))
