from tests.clinic_stand_ins import healed_of

my_name = "Ada Lovelace"
healed = healed_of(my_name)
healed["lstm"], healed["vae"] = healed["vae"], healed["lstm"]
