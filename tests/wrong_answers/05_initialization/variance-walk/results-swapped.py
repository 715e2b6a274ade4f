def variance_walk(widths, variances):
    s, g = ([1.0], [1.0])
    for n, v in zip(widths[:-1], variances, strict=False):
        s.append(s[-1] * n * v)
    for n, v in zip(widths[:0:-1], variances[::-1], strict=False):
        g.insert(0, g[0] * n * v)
    return (g, s)
