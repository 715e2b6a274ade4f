"""What a command reports in one sentence."""


class CourseError(Exception):
    """Something a person did or can mend: shown as one sentence, without a traceback, exit code 2."""
