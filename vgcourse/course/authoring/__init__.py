"""A lesson's text becomes its notebooks."""
