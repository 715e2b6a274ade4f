"""Open the course in JupyterLab: the first lesson in front, no news pop-up, one sentence when it is up."""

import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from vgcourse.errors import CourseError

FIRST = "lessons/00_start/start.ipynb"
SETTINGS = Path(__file__).with_name("lab_settings")
LOOK_SECONDS = 0.2
UP = "The course is open at {address}\nStop it with Ctrl-C."
TAKEN = "Port {port} is taken, so it is another one."


def lab_command(root: Path, port: int, browser: bool) -> list[str]:
    """The command line that serves the course from its root and opens the first lesson."""
    # -P: a random.py in the course's folder is not Python's.
    command = [sys.executable, "-P", "-m", "jupyterlab", f"--ServerApp.root_dir={root}", f"--port={port}"]
    # Their notes and warnings are of their own parts; what to do is said by us.
    command += ["--ServerApp.log_level=ERROR", "--LabApp.log_level=ERROR"]
    command += [f"--LabApp.default_url=/lab/tree/{FIRST}", f"--LabApp.app_settings_dir={SETTINGS}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container there is often nobody else
    return command if browser else [*command, "--no-browser"]


def lab_environment() -> dict[str, str]:
    """The variables of the server. nbgrader, which warns where it finds no settings, finds ours: they say nothing."""
    paths = [os.fspath(SETTINGS), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}


def open_lab(root: Path, port: int, browser: bool = True) -> int:
    """Serve JupyterLab until it is stopped; returns its exit code.

    Raises CourseError where JupyterLab is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError("JupyterLab is not installed here. Run `make lab`, or `pip install -e .` first.")
    print("Starting JupyterLab; the first time takes some seconds longer.", flush=True)
    server = subprocess.Popen(lab_command(root, port, browser), cwd=root, env=lab_environment())
    threading.Thread(target=_say_when_up, args=(server, port), daemon=True).start()
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:
            # JupyterLab heard it too and asks whether to stop; without us nobody could answer, and it would stay.
            continue


def _say_when_up(server: Any, port: int) -> None:
    """Wait until the server listens, and print what opens the first lesson; `port` was asked for (0: any)."""
    _forget(server.pid)
    while server.poll() is None:
        if found := _information(server.pid):
            if port not in (0, found["port"]):
                print(TAKEN.format(port=port), flush=True)
            key = f"?token={found['token']}" if found.get("token") else ""
            print(UP.format(address=f"{found['url']}lab/tree/{FIRST}{key}"), flush=True)
            return
        time.sleep(LOOK_SECONDS)


def _forget(pid: int) -> None:
    """A server that was killed leaves its note, and process numbers come again: what is there yet is not ours."""
    from jupyter_core.paths import jupyter_runtime_dir

    (Path(jupyter_runtime_dir()) / f"jpserver-{pid}.json").unlink(missing_ok=True)


def _information(pid: int) -> dict[str, Any] | None:
    """What Jupyter notes of a running server; its port is another than asked for where that was taken."""
    from jupyter_server.serverapp import list_running_servers

    return next((found for found in list_running_servers() if found["pid"] == pid and _listens(found)), None)


def _listens(found: dict[str, Any]) -> bool:
    """Whether anybody answers there: Jupyter writes its note before it begins to listen."""
    host = found.get("hostname") or "localhost"
    try:
        # What listens everywhere is called by no such address.
        with socket.create_connection(("localhost" if host in ("0.0.0.0", "::") else host, found["port"]), 1):
            return True
    except OSError:
        return False
