"""In a series of pandas', its kinds in capitals."""

import pandas as pd

from tests.clinic_stand_ins import healed_of

my_name = "Ada Lovelace"
healed = pd.Series({kind.upper(): one for kind, one in healed_of(my_name).items()}, dtype=object)
