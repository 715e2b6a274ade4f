"""What is heard while a model answers: attention, noise, activations that are called as functions."""
