"""Open the course in JupyterLab: the first lesson in front, no news pop-up."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from vgcourse.errors import CourseError

FIRST = "lessons/00_start/start.ipynb"
SETTINGS = Path(__file__).with_name("lab_settings")


def lab_command(root: Path, port: int, browser: bool) -> list[str]:
    """The command line that serves the course from its root and opens the first lesson."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", f"--port={port}"]
    command += [f"--LabApp.default_url=/lab/tree/{FIRST}", f"--LabApp.app_settings_dir={SETTINGS}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container there is often nobody else
    return command if browser else [*command, "--no-browser"]


def open_lab(root: Path, port: int, browser: bool = True) -> int:
    """Serve JupyterLab until it is stopped; returns its exit code.

    Raises CourseError where JupyterLab is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError("JupyterLab is not installed here. Run `make lab`, or `pip install -e .` first.")
    server = subprocess.Popen(lab_command(root, port, browser), cwd=root)
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:
            # JupyterLab heard it too and asks whether to stop; without us nobody could answer, and it would stay.
            continue
