"""A Recording in a file, and as an xarray Dataset."""

import json
import zlib
from importlib import import_module
from pathlib import Path
from zipfile import BadZipFile, is_zipfile

import numpy as np
import pandas as pd

from vgcourse.measure.recording.schema import BY_STEP, SERIES
from vgcourse.measure.statistics import STATISTICS

# Raised when a file of this version can no longer be read by the one before. Version 1 had no number in it.
VERSION = 2
_COLUMNS = ("epoch", "layer", "quantity", *STATISTICS)
_TEXT = ("layer", "quantity")


def save(recording, path) -> Path:
    """Write a recording to an npz file; gives back its path, with the suffix if it was missing."""
    path = _with_suffix(path)
    meta = {
        "version": VERSION,
        "layers": recording.layers,
        "activations": recording.activations,
        "info": recording.info,
    }
    arrays = recording._arrays() | {"meta": np.array(json.dumps(meta, default=_plain))}
    if recording.statistics is not None:
        # Text as fixed-width Unicode: an object array would need pickle.
        columns = {c: recording.statistics[c].to_numpy() for c in _COLUMNS}
        arrays |= {f"statistics/{c}": v.astype(str if c in _TEXT else float) for c, v in columns.items()}
    # A file that stands there already is kept until the new one is whole.
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("wb") as file:
            np.savez_compressed(file, **arrays)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return path


def _with_suffix(path) -> Path:
    path = Path(path)
    return path if path.suffix == ".npz" else path.with_name(path.name + ".npz")


def load(kind: type, path):
    """Read a recording of class `kind`; the suffix may be left out, as in `save`.

    Raises:
        FileNotFoundError: where there is no such file. ValueError: where it holds no recording, is damaged, or has a
            later format.
    """
    path = Path(path)
    path = path if path.exists() else _with_suffix(path)
    if not path.is_file():
        raise FileNotFoundError(f"path: there is no file {path}; Recording.save(path) writes one.")
    try:
        return _read(kind, path)
    except (OSError, EOFError, KeyError, TypeError, BadZipFile, zlib.error, json.JSONDecodeError) as error:
        raise ValueError(
            f"path: {path} cannot be read as a Recording: it is damaged, or was not written by Recording.save."
        ) from error


def _read(kind: type, path: Path):
    # What is no archive NumPy takes for a pickle, and advises to load it all the same: it could run code.
    if not is_zipfile(path):
        raise BadZipFile
    with np.load(path, allow_pickle=False) as file:
        if "meta" not in getattr(file, "files", ()):
            raise ValueError(f"path: {path} is not a Recording; write one with Recording.save(path).")
        meta = json.loads(str(file["meta"]))
        if (version := meta.pop("version", 1)) > VERSION:
            raise ValueError(f"path: {path} was written by a later version (format {version}); update vgcourse.")
        groups: dict[str, dict] = {}
        for key in file.files:
            group, _, name = key.partition("/")
            if name:
                groups.setdefault(group, {})[name] = file[key]
        series = {name: file[name] for name in SERIES if name in file.files}
    statistics = groups.pop("statistics", None)
    if statistics is not None:
        statistics = pd.DataFrame(statistics)[list(_COLUMNS)]
    return kind(**(meta | series | groups), statistics=statistics)


def to_xarray(recording):
    """A recording as an `xarray.Dataset`. Raises ImportError without the package xarray."""
    try:
        xarray = import_module("xarray")  # on request only: a Recording stands on NumPy and pandas
    except ImportError:
        raise ImportError("to_xarray needs the package xarray: pip install xarray.") from None
    variables = {name: (_dimensions(name, array), array) for name, array in recording._arrays().items()}
    attributes = {"layers": list(recording.layers), "info": json.dumps(recording.info, default=_plain)}
    coordinates = {name: variables.pop(name) for name in ("epochs", "steps")}
    return xarray.Dataset(variables, coords=coordinates, attrs=attributes)


def _dimensions(name: str, array: np.ndarray) -> tuple[str, ...]:
    if name.partition("/")[0] in BY_STEP:
        return "moment", f"step_{array.shape[1]}"
    return ("moment", *(f"{name}:{axis}" for axis in range(1, array.ndim)))


def _plain(value):
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return str(value)
