"""A kernel in which lessons can be checked and not judged: exercises without judge, sentences and own version.

The sources come from the grader (`source_parts.observing_sources`), ready for use: what was left out was never in
this process.
"""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType
from typing import Any

from vgcourse.course.checks import registry

Sources = dict[str, tuple[str, str, bool]]  # module → source, file, whether it is a package


class _Finder(MetaPathFinder, Loader):
    """Imports modules from sources in memory; their files are not asked."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in self._sources:
            return None
        _, file, is_package = self._sources[name]
        return spec_from_loader(name, self, origin=file, is_package=is_package)

    def exec_module(self, module: ModuleType) -> None:
        source, file, _ = self._sources[module.__name__]
        exec(compile(source, file, "exec"), module.__dict__)


def install(sources: Sources) -> None:
    """From here on the exercises of this process are those of ``sources``."""
    sys.meta_path.insert(0, _Finder({name: tuple(part) for name, part in sources.items()}))
    registry.judges_are_away = True
    registry.know(sources)
    for name in [name for name in sys.modules if name in sources]:
        del sys.modules[name]


def lend(id: str, source: str, maker: str, module: str) -> None:
    """Take the course's own version of an exercise, as source in which ``maker`` makes it, for ``fallback``."""
    scope = {"__name__": module}
    exec(compile(source, f"<the course's version of {id}>", "exec"), scope)
    registry.find(id).reference = scope[maker]
