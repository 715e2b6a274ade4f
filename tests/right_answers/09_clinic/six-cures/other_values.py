from tests.clinic_stand_ins import healed_of

my_name = "Ada Lovelace"
healed = healed_of(my_name)
healed["lstm"].treat("forget_bias", 3.0) if "forget_bias" in healed["lstm"].changed else None
