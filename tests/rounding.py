"""Numbers that a test takes for right though what is computed would be written otherwise.

A band that other processors need also lets a wrong last digit through: 3e-28 for 2.46e-28. Run
``python -m pytest -p tests.rounding tests/test_lesson_*.py``; it tells each number of up to three digits that was
accepted and that what was found does not round to. Theory beside a measurement is told, too: a person reads the list.
"""

import sys
from decimal import Decimal
from pathlib import Path

import pytest

MOST_DIGITS = 3  # more are no number of the prose, but one that the test has worked out
_plain = pytest.approx
_told: dict[str, None] = {}


def otherwise(written, found) -> list[tuple[float, float]]:
    """(written, found) of each number that ``found`` does not round to, in mappings and sequences as well."""
    if isinstance(written, dict):
        return [pair for key in written for pair in otherwise(written[key], found[key])]
    if isinstance(written, list | tuple):
        return [pair for one, other in zip(written, found, strict=True) for pair in otherwise(one, other)]
    if isinstance(written, bool) or not isinstance(written, int | float) or not written:
        return []
    digits = len(Decimal(repr(float(written))).normalize().as_tuple().digits)
    rounded = float(f"{float(found):.{digits - 1}e}")
    return [(written, float(found))] if digits <= MOST_DIGITS and rounded != written else []


class Listening:
    """An ``approx`` that notes what it accepts."""

    __hash__ = None
    __array_ufunc__ = None  # arrays leave the comparison to it

    def __init__(self, written, *band, **bands):
        self.written, self.plain = written, _plain(written, *band, **bands)

    def __eq__(self, found):
        equal = found == self.plain
        if equal:
            caller = sys._getframe(1)
            place = f"{Path(caller.f_code.co_filename).name}:{caller.f_lineno}"
            _told.update(
                {
                    f"{place}: written {one:g}, found {other:.4g}": None
                    for one, other in otherwise(self.written, found)
                }
            )
        return equal

    def __repr__(self):
        return repr(self.plain)


def pytest_configure():
    pytest.approx = Listening


def pytest_unconfigure():
    pytest.approx = _plain


def pytest_terminal_summary(terminalreporter):
    for line in sorted(_told):
        terminalreporter.write_line(line)
