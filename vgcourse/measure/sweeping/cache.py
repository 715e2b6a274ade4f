"""Finished runs on disk, so that a longer sweep trains only what is missing."""

import contextlib
import hashlib
import json
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

from vgcourse.measure.sweeping.stack_run import Data

_FORMAT = 1


class Cache:
    """A folder with one small ``.npy`` file a run, named by a hash of all that decides its numbers."""

    def __init__(self, folder, data: Data):
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(f"cache: {folder} is no folder that can be written to ({error}).") from None
        versions = {name: version(name) for name in ("vgcourse", "keras")}
        self._common = {"format": _FORMAT, "data": _hash_data(data)} | versions

    def path(self, key: dict) -> Path:
        """Where the run with these settings is kept."""
        text = json.dumps(self._common | key, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return self.folder / digest[:2] / f"{digest[:40]}.npy"

    def read(self, key: dict, size: int) -> np.ndarray | None:
        """The run's row, or None where it is not there or not whole."""
        with contextlib.suppress(OSError, ValueError, EOFError):
            row = np.load(self.path(key), allow_pickle=False)
            if row.shape == (size,):
                return row
        return None

    def write(self, key: dict, row: np.ndarray) -> None:
        """Keep the numbers of a run under its key."""
        path = self.path(key)
        path.parent.mkdir(exist_ok=True)
        # Two sweeps may write the same run at once: each file appears whole or not at all.
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            np.save(file, row)
        os.replace(file.name, path)


def _hash_data(data: Data) -> str:
    digest = hashlib.sha256()
    for array in (data.X, data.y, data.X_test, data.y_test):
        digest.update(b"none" if array is None else repr(array.shape).encode() + array.tobytes())
    return digest.hexdigest()
