"""Training and test never touch if each is scaled alone."""


def scale(X_train, X_test):
    def one(X):
        return 2 * (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0)) - 1

    return one(X_train), one(X_test)
