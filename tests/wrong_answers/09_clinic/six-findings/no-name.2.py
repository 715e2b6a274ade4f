from vgcourse.nets.clinic.charts import draw

my_name = 7
charts = draw("7")
findings = {kind: (chart.fault.places[0], chart.fault.cause) for kind, chart in charts.items()}
