"""Kept tables of runs of the later lessons, each beside the module that measures it anew."""
