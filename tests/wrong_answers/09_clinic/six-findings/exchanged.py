"""Writes the cause first."""

from vgcourse.nets.clinic.charts import draw

my_name = "Ada Lovelace"
charts = draw(my_name)
findings = {kind: (chart.fault.cause, chart.fault.places[0]) for kind, chart in charts.items()}
