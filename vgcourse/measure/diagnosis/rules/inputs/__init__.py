"""Rules about what comes in: into the model, a normalisation, a gate, and what is left of it at the end."""
