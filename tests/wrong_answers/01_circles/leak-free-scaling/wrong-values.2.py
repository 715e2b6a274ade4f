"""The brackets are missing."""


def scale(X_train, X_test):
    low, high = X_train.min(axis=0), X_train.max(axis=0)
    return 2 * X_train - low / (high - low) - 1, 2 * X_test - low / (high - low) - 1
