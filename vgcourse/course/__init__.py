"""What a lesson calls: checks, predictions, progress; and how its notebooks are made of its text."""
