"""Kept tables of runs that a lesson has no time for, each beside the module that measures it anew."""
