from tests.clinic_stand_ins import healed_of

my_name = "Ada Lovelace"
healed = healed_of(my_name)
healed = healed_of("Grace Hopper")
healed |= {k: healed_of(my_name)[k] for k in ("cnn", "lstm", "vae", "resnet", "autoencoder")}
