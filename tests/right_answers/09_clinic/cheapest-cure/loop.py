def cheapest_cure(runs, level):
    best, least = None, float("inf")
    for change in set(runs["change"]):
        mine = runs[runs["change"] == change]
        healed = sum(score >= level for score in mine["score"])
        cost = mine["updates"].median()
        if healed >= 0.9 * len(mine) and cost < least:
            best, least = str(change), cost
    return best
