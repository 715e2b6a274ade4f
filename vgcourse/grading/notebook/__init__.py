"""One notebook: which of its cells run, what they show, how a check in it is judged."""
