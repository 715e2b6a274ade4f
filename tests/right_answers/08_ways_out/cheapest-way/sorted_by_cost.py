"""From the cheapest on, the first that serves."""

from fractions import Fraction


def cheapest_cure(trained, cost, cures, budgets, seeds, target):
    reached = {(c, b): sum(trained(c, b, s) >= target for s in seeds) for c in cures for b in budgets}
    shares = {pair: Fraction(count, len(seeds)) for pair, count in reached.items()}
    choice = next((p for p in sorted(shares, key=lambda p: cost(*p)) if shares[p] >= Fraction(9, 10)), None)
    table = [[float(shares[c, b]) for b in budgets] for c in cures]
    return choice, table, sum(cost(*pair) for pair in shares for _ in seeds)
