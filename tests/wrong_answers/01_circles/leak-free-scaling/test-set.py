"""The test set is left as it is: it must not be touched."""


def scale(X_train, X_test):
    low, high = X_train.min(axis=0), X_train.max(axis=0)
    return 2 * (X_train - low) / (high - low) - 1, X_test
