"""A right answer that changes the folder, the seeds and the limits of recursion.

answer: right
earns: 1
"""

import os
import random
import sys

import numpy as np

os.chdir("/tmp")
random.seed(0)
np.random.seed(0)
sys.setrecursionlimit(5000)
