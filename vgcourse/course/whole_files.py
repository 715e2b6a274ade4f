"""Files are written whole or not at all: half of one, on a disk that was full, would pass for somebody's work."""

import contextlib
import secrets
import shutil
from pathlib import Path


def put_whole(target: Path, data: bytes) -> None:
    """Write a file, its folders too; where that fails what was there stays. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{secrets.token_hex(8)}.new")
    try:
        draft.write_bytes(data)
        with contextlib.suppress(OSError):  # where nothing was there yet
            shutil.copymode(target, draft)
        draft.replace(target)
    except OSError as error:
        error.filename = str(target)  # the draft's name says nothing to anybody
        raise
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
