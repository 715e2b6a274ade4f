from vgcourse.nets.clinic.charts import draw

my_name = "Ada Lovelace"
charts = draw(my_name)
findings = {kind: (chart.fault.places[0], chart.fault.cause) for kind, chart in charts.items()}
chart = charts["cnn"]
odd = chart.kind.oddity(chart.seed)
findings["cnn"] = (odd.places[0], odd.cause)
