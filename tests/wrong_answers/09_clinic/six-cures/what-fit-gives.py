from types import SimpleNamespace

from tests.clinic_stand_ins import healed_of


class History(SimpleNamespace):
    """As Keras's: what `fit` gives back."""


my_name = "Ada Lovelace"
healed = healed_of(my_name)
healed["vae"] = History(history={"loss": [0.1, 0.05]})
