"""An initializer of one's own, and quartiles by counting."""

import keras


class HeNormal(keras.Initializer):
    def __init__(self, seed):
        self.seed = seed

    def get_config(self):
        return {"seed": self.seed}


change = {"initializer": HeNormal(seed=0)}
accuracy = [0.83, 0.842, 0.826, 0.806, 0.84, 0.828, 0.83, 0.846, 0.832, 0.838]
accuracy += [0.812, 0.824, 0.836, 0.844, 0.828, 0.832, 0.826, 0.842, 0.834, 0.83]
ordered = sorted(accuracy)
band = (round(ordered[4], 3), ordered[10], ordered[14])
