from tests.clinic_stand_ins import healed_of

my_name = "Ada Lovelace"
healed = healed_of(my_name)
one = healed["autoencoder"]
odd = one.kind.oddity(one.seed)
one.treat(odd.setting, one.kind.well[odd.setting])
one.model.answers = False
