from vgcourse.nets.clinic.charts import draw

my_name = "Emmy  Noether"
charts = draw(my_name)
findings = {kind: [chart.fault.places[0], chart.fault.cause.capitalize()] for kind, chart in charts.items()}
