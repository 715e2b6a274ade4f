"""How far the loss is heard back in time, in nets with recurrent layers: measured, judged, shown."""
