"""fit_transform on both sets: each set is fitted."""

from sklearn.preprocessing import MinMaxScaler


def scale(X_train, X_test):
    scaler = MinMaxScaler(feature_range=(-1, 1))
    return scaler.fit_transform(X_train), scaler.fit_transform(X_test)
