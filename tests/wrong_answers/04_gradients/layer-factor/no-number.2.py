"""Gives back a list of one number."""

import numpy as np


def layer_factor(profiles):
    living = profiles[(profiles > 0).all(axis=1)]
    passed = np.arange(living.shape[1])[::-1]
    slopes = [np.polyfit(passed, np.log(net), 1)[0] for net in living]
    return [np.exp(np.median(slopes))]
