"""Mutation audit of the checks: every solution is changed as students err, and the real check must notice.

``python -m tests.mutants [EXERCISE ...]`` (or ``make mutants``) prints one row an exercise: how many mutants there
are, how many the check refused on every draw, how many are the same function (listed with reasons in ``same``),
the score, and the flips: mutants that one draw refuses and another lets through.
"""
