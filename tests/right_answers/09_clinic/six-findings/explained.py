from vgcourse.nets.clinic.charts import CAUSES, draw

my_name = "Ada Lovelace"
charts = draw(my_name)
findings = {
    kind: (chart.fault.places[0].replace("_", " "), f"{CAUSES[chart.fault.cause]}.") for kind, chart in charts.items()
}
