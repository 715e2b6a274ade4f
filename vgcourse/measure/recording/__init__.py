"""A recorded run: what it holds, how it is kept in a file, and how two of them compare."""

from vgcourse.measure.recording.recording import COLUMNS, Recording

__all__ = ["COLUMNS", "Recording"]
