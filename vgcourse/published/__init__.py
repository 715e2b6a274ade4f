"""What the three tutorials published, and what many seeds find of it; with the kept tables of runs."""
