"""What students hand in, sorted out before it runs: archives, damaged notebooks, missing cells."""
