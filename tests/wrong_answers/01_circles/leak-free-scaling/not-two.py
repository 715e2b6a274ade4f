"""Only the test set needs the new scale handed back."""


def scale(X_train, X_test):
    low, high = X_train.min(axis=0), X_train.max(axis=0)
    return 2 * (X_test - low) / (high - low) - 1
