"""Sets of items; a set of triples, either way round."""


def fair_pairs(table):
    rows = {name: {(key, str(value)) for key, value in row.items()} for name, row in table.iterrows()}
    found = set()
    for a in rows:
        for b in rows:
            changed = {key for key, _ in rows[a] ^ rows[b]}
            if a > b and len(changed) == 1:
                found.add((a, b, *changed))
    return found
