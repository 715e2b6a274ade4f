"""Scaling means mean 0 and standard deviation 1."""


def scale(X_train, X_test):
    mean, sd = X_train.mean(axis=0), X_train.std(axis=0)
    return (X_train - mean) / sd, (X_test - mean) / sd
