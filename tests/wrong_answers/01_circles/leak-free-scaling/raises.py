"""The columns are called x and y."""


def scale(X_train, X_test):
    low, high = X_train["x"].min(), X_train["x"].max()
    return 2 * (X_train - low) / (high - low) - 1, 2 * (X_test - low) / (high - low) - 1
