from collections import namedtuple

import numpy as np


def L(f, d, s, seeds, stat=np.median):
    return stat([f(d, s, k) for k in seeds])


Law = namedtuple("Law", "chosen exponent")


def scale_law(growth, depths, scales, seeds, limit=10):
    c = [max(s for s in scales if L(growth, d, s, seeds) <= limit) for d in depths]
    return Law(c, np.linalg.lstsq(np.c_[np.log(depths), np.ones(len(depths))], np.log(c), rcond=None)[0][0])
