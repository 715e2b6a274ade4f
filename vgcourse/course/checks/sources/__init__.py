"""Exercises as source: what a student's kernel is given of them, and what it is shown."""
