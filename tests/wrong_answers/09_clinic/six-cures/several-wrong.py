from tests.clinic_stand_ins import healed_of

my_name = "Ada Lovelace"
healed = healed_of(my_name)
for kind in ("cnn", "vae", "lstm"):
    healed[kind].model.answers = False
