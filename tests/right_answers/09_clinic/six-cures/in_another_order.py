"""The last patient first, in a dictionary of another kind, and numbers as NumPy has them."""

from collections import OrderedDict

import numpy as np

from tests.clinic_stand_ins import healed_of

my_name = "Grace Hopper"
healed = OrderedDict(reversed(healed_of(my_name).items()))
for patient in healed.values():
    ((setting, value),) = patient.changed.items()
    patient.treat(setting, np.float64(value) if isinstance(value, float) else value)
