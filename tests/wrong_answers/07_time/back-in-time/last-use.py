"""The kernel's gradient at the last step."""


def back_in_time(hs, U, error):
    errors = [error]
    for after in hs[:0:-1]:
        errors.insert(0, (errors[0] * (1 - after**2)) @ U.T)
    return errors, hs[-2].T @ (error * (1 - hs[-1] ** 2))
