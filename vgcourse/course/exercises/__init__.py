"""The exercises of every lesson: what each observes of an answer, how it judges, and the course's own version."""
