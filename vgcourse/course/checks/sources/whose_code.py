"""Which code is the package's: told by what it is made of. A file's name says nothing, any code can be given any."""

import dis
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FrameType, FunctionType

PACKAGE = str(Path(__file__).parents[3])
EXERCISES = "vgcourse.course.exercises"
# What computes, measures, and draws what it has computed. Data sets, nets and patients are what a lesson works on.
_COMPUTES = tuple(part + os.sep for part in ("measure", "published", "show", os.path.join("nets", "theory")))
_FUNCTION = 0x1  # CO_OPTIMIZED: the code of modules and classes has not got it
_SAYING = {*dis.hasname, *dis.haslocal, *dis.hasconst, *dis.hascompare, *dis.hasfree}
_LONG = 60  # bytes of code: what is shorter two may write the same, line by line
_TEXT = 250  # and what is shorter than this (some six lines) two may write the same, line for line or not


@dataclass(frozen=True)
class Origin:
    """Where code comes from: the package's file or module, and the name that the function has there."""

    file: str
    name: str

    @property
    def computes(self) -> bool:
        """Whether it is of the parts that do what answers are to do."""
        return self.file.startswith(_COMPUTES)

    @property
    def is_plain(self) -> bool:
        """Whether it stands in its module by itself, in no class and no function."""
        return "." not in self.name and not self.name.startswith("<")


class Codes:
    """Some code, to be known again: the same, or a copy under other names and with another docstring.

    ``texts``: also what was compiled anew from the text of a longer function. A student who writes what a helper of a
    check does, in a line or two under the names that the task has given, copies nothing.
    """

    def __init__(self, codes: Iterable[tuple[str, CodeType]], texts: bool) -> None:
        self.same: dict[CodeType, Origin] = {}
        self.texts = texts
        self._alike: dict[tuple[tuple, tuple], list[tuple[CodeType, Origin]]] = {}
        self._by_bytes: dict[tuple[bytes, bytes], Origin] = {}
        for file, code in codes:
            self.same[code] = origin = Origin(file, code.co_qualname)
            if len(code.co_code) >= _LONG and is_function(code):
                self._alike.setdefault((code.co_names, code.co_varnames), []).append((code, origin))
                self._by_bytes[code.co_code, code.co_linetable] = origin

    def origin(self, code: CodeType) -> Origin | None:
        """Where it comes from; None where it is not one of these."""
        if found := self.same.get(code):
            return found
        # Nobody writes the same steps in the same columns: names and constants were put into it as into a form.
        if found := self._by_bytes.get((code.co_code, code.co_linetable)):
            return found
        alike = self._alike.get((code.co_names, code.co_varnames), ())
        steps = list(_steps(code)) if alike else []
        return next(
            (origin for known, origin in alike if self._is_copy(code, known) and list(_steps(known)) == steps), None
        )

    def _is_copy(self, code: CodeType, known: CodeType) -> bool:
        """Whether every step stands where it stood, down to the column; or it is too long for chance."""
        return code.co_linetable == known.co_linetable or (self.texts and len(known.co_code) >= _TEXT)


@lru_cache(1)
def of_files() -> Codes:
    """All code of the package that does work. Exercises are not here: a grader hands them over in parts."""
    wings = [Path(PACKAGE, wing) for wing in ("measure", "nets", "published", "show")]
    files = [str(path) for wing in wings for path in sorted(wing.rglob("*.py"))]
    return Codes(((os.path.relpath(file, PACKAGE), code) for file in files for code in _read(file)), texts=True)


@lru_cache(None)
def of_modules(names: tuple[str, ...]) -> Codes:
    """The code of the functions and methods that modules of exercises had when they were first asked for."""
    return Codes(((name, code) for name in names for code in _in_module(name)), texts=False)


@lru_cache(None)
def _in_module(name: str) -> tuple[CodeType, ...]:
    parts = list(vars(sys.modules[name]).values())
    parts += [part for kind in parts if isinstance(kind, type) for part in vars(kind).values()]
    found = {part.__code__ for part in parts if isinstance(part, FunctionType) and part.__module__ == name}
    return tuple(inner for code in found for inner in (code, *inner_codes(code)))


def remember() -> None:
    """Read all that is there before code of somebody else's runs."""
    of_files()
    for name in [name for name in sys.modules if name.startswith(f"{EXERCISES}.")]:
        _in_module(name)


def is_function(code: CodeType) -> bool:
    """Whether it is a function with a name; modules, classes, lambdas and comprehensions are none."""
    return bool(code.co_flags & _FUNCTION) and not code.co_name.startswith("<")


def is_importing(frame: FrameType | None) -> bool:
    """Whether the package's code runs because one of its modules is being imported."""
    known = of_files().same
    while frame is not None and frame.f_code in known:
        if frame.f_code.co_name == "<module>":
            return True
        frame = frame.f_back
    return False


def inner_codes(code: CodeType) -> Iterator[CodeType]:
    """The code of every function that is defined in a function."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from inner_codes(constant)


def _read(file: str) -> Iterator[CodeType]:
    try:
        code = SourceFileLoader(Path(file).stem, file).get_code(Path(file).stem)
    except (OSError, SyntaxError):  # nobody can run it either
        return
    if code is not None:
        yield code
        yield from inner_codes(code)


def _steps(code: CodeType) -> Iterator[str]:
    """What a copy keeps: names, constants and operators in their order; not the code that is inside.

    How an attribute is fetched, and where a jump goes, depend on what stands around a function when it is compiled.
    """
    for step in dis.get_instructions(code):
        if step.opname == "BINARY_OP":
            yield step.argrepr
        elif step.opname.startswith("UNARY") or step.opname in ("CONTAINS_OP", "IS_OP"):
            yield f"{step.opname} {step.arg}"
        elif step.opcode in _SAYING:
            yield "" if isinstance(step.argval, CodeType) else repr(step.argval)
