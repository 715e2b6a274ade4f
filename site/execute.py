"""The lessons with their outputs: run once, kept by what they depend on, and made anew when that changes."""

import os
import tempfile
from hashlib import sha256
from pathlib import Path

import nbformat

PATIENCE = 600  # seconds a cell


def executed(notebook: Path, root: Path, kept: Path) -> nbformat.NotebookNode:
    """The student's notebook with its outputs and the state of its widgets, from ``kept`` where nothing has changed.

    Raises nbclient's CellExecutionError where a cell fails that is not meant to.
    """
    target = kept / f"{notebook.stem}.{fingerprint(notebook, root)}.ipynb"
    if not target.exists():
        ran = _run(notebook)
        kept.mkdir(parents=True, exist_ok=True)
        for old in kept.glob(f"{notebook.stem}.*.ipynb"):
            old.unlink()
        nbformat.write(ran, target)
    return nbformat.read(target, as_version=4)


def fingerprint(notebook: Path, root: Path) -> str:
    """What the outputs depend on: the notebook, the package, and the versions of everything else."""
    sources = [notebook, root / "requirements.lock", *sorted((root / "vgcourse").rglob("*.py"))]
    whole = sha256()
    for path in sources:
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


def _run(notebook: Path) -> nbformat.NotebookNode:
    from nbclient import NotebookClient

    ran = nbformat.read(notebook, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        progress = str(Path(folder) / "progress.json")  # the guesses of whoever builds the site are nobody's business
        environment = {**os.environ, "VGCOURSE_PROGRESS": progress}
        client = NotebookClient(
            ran, timeout=PATIENCE, store_widget_state=True, resources={"metadata": {"path": str(notebook.parent)}}
        )
        client.execute(env=environment)
    return ran
