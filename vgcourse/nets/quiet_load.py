"""TensorFlow's notes about itself stay out of notebooks and terminals; its warnings and errors come through.

While it is loaded, TensorFlow writes to file 2 how it was compiled, before there is a log that TF_CPP_MIN_LOG_LEVEL
could tell what to leave out; a notebook shows it as a pink box. So what is written there meanwhile is held back, and
all but the notes is passed on when TensorFlow is there.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.machinery import ModuleSpec

# "I0000 00:00:1796016139.184833   12702 port.cc:153] oneDNN …", the line that is put before the first of them, and
# what the wheels for GPUs (Colab's) find wrong with how they were linked themselves.
_NOTE = re.compile(
    rb"I\d{4} \d\d:\d\d:[\d.]+ +\d+ \S+:\d+\] |WARNING: All log messages before absl::InitializeLog\(\)"
    rb"|.*Unable to register cu\w+ factory: Attempting to register|.*computation placer already registered"
)
_LEVEL = "TF_CPP_MIN_LOG_LEVEL"


def leave_out_notes() -> None:
    """When this process loads TensorFlow; what a user has chosen stays, and 0 shows the notes."""
    os.environ.setdefault(_LEVEL, "1")
    if os.environ[_LEVEL] != "0" and "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _Watcher())


class _Watcher:
    """Finds TensorFlow where the other finders do, and has it loaded with its notes held back."""

    def find_spec(self, name: str, path=None, target=None) -> ModuleSpec | None:
        if name != "tensorflow":
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec and spec.loader:
            spec.loader.exec_module = _held_back(spec.loader.exec_module)
        return spec


def _held_back(load):
    def load_quietly(module) -> None:
        with _without_notes():
            load(module)

    return load_quietly


@contextmanager
def _without_notes() -> Iterator[None]:
    """Where file 2 is closed, or there is no place to hold anything back, nothing is held back."""
    import tempfile  # needed here only: `import vgcourse` is done in no time

    with ExitStack() as stack:
        try:
            held = stack.enter_context(tempfile.TemporaryFile())
            shown = stack.enter_context(os.fdopen(os.dup(2), "wb", buffering=0))
        except OSError:
            yield
            return
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(shown.fileno(), 2)
            held.seek(0)
            with suppress(OSError):  # nobody reads it any more
                shown.write(b"".join(line for line in held if not _NOTE.match(line)))
