def variance_walk(widths, variances):
    s = [1.0]
    for n, v in zip(widths[:-1], variances, strict=False):
        s.append(s[-1] * n * v)
    return (s, s[::-1])
