"""What is found out about a model on one batch, before anything is judged."""
