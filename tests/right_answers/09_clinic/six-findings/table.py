"""A table of pandas', one column a patient."""

import pandas as pd

from vgcourse.nets.clinic.charts import draw

my_name = "Ada Lovelace"
charts = draw(my_name)
findings = pd.DataFrame({kind: (chart.fault.places[0], chart.fault.cause) for kind, chart in charts.items()})
