"""Pairs as arrays of NumPy's, in a series of pandas', its kinds in capitals."""

import numpy as np
import pandas as pd

from vgcourse.nets.clinic.charts import draw

my_name = "Ada Lovelace"
charts = draw(my_name)
pairs = {kind.upper(): np.array([chart.fault.places[0], chart.fault.cause]) for kind, chart in charts.items()}
findings = pd.Series(pairs)
