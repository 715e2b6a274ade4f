"""A real Chromium and a real JupyterLab for the tests in this folder.

``browser``  one Chromium for the session, or a skip that says what is missing.
``watched``  a fresh page, as ``Watched(page, errors, outside)``: it collects what went wrong and who was called;
             ``open_page(**options)`` opens more of them, ``open_lasting_page`` for a whole module.
``lab_page`` the same for JupyterLab (``lasting_lab_page`` for a module): all share one window, and so its scripts.
``lab``      a JupyterLab server on a free port, with its settings and notebooks in a temporary folder.
``axe``      the text of axe-core from npm, or a skip.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from vgcourse.lab import SETTINGS

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKEN = "lessons"
# The server itself answers 404 where nothing was stored yet; the browser logs each of them as an error.
HARMLESS = re.compile(
    r"/api/(contents/.*checkpoints|me|workspaces)|status of 404 \(Not Found\)$|was preloaded using link preload"
)


@dataclass
class Watched:
    """A page and what happened on it: console errors, uncaught exceptions, requests to the outside."""

    page: object
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        self.page.on("console", self._console)
        self.page.on("request", self._request)

    def _console(self, message):
        if message.type == "error" and not HARMLESS.search(f"{message.location.get('url', '')} {message.text}"):
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _request(self, request):
        if not re.match(r"(https?|wss?)://(127\.0\.0\.1|localhost)[:/]|(file|blob|data|about):", request.url):
            self.outside.append(request.url)

    def assert_clean(self):
        """Fail with the first console error or outside request."""
        assert not self.errors, f"console errors: {self.errors[:3]}"
        assert not self.outside, f"requests to the outside: {self.outside[:3]}"


@dataclass
class Lab:
    """A running JupyterLab: notebooks are written to ``root`` and opened at ``url``."""

    url: str
    root: Path

    def write_notebook(self, name: str, cells: list[str]) -> str:
        """Write a notebook of code cells and return its path below the root."""
        code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
        notebook = {
            "cells": [{**code, "id": f"cell-{i}", "source": source} for i, source in enumerate(cells)],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (self.root / name).write_text(json.dumps(notebook), encoding="utf-8")
        return name

    def open(self, page, path: str, timeout: float = 60_000) -> None:
        """Open the notebook at ``path`` (below the root) and wait for its kernel."""
        page.goto(f"{self.url}/lab/tree/{quote(path)}?token={TOKEN}&reset", timeout=timeout)
        page.wait_for_function(_NOTEBOOK_READY, arg=path, timeout=timeout)

    def run_all(self, page, timeout: float = 120_000) -> None:
        """Run all cells, wait until the kernel is idle, and fail on a cell that raised."""
        page.evaluate(_RUN_ALL)
        page.wait_for_function("() => window.ranAll", timeout=timeout)
        self.wait_idle(page, timeout)

    def wait_idle(self, page, timeout: float = 120_000) -> None:
        """Wait until the kernel is idle; raises AssertionError with the first error among the outputs."""
        page.wait_for_function(_KERNEL_IDLE, timeout=timeout)
        raised = self.errors(page)
        assert not raised, f"a cell raised {raised[0]}"

    def errors(self, page) -> list[str]:
        """``name: message`` of every error that the open notebook's outputs hold."""
        return page.evaluate(_CELL_ERRORS)

    def python(self, page, code: str) -> str:
        """Run ``code`` in the open notebook's kernel, outside any cell, and return what it printed."""
        return page.evaluate(_RUN_SILENTLY, code)

    def theme(self, page, name: str) -> None:
        """Switch to ``"JupyterLab Dark"`` or ``"JupyterLab Light"``."""
        page.evaluate("name => jupyterapp.commands.execute('apputils:change-theme', { theme: name })", name)
        light = "false" if "Dark" in name else "true"
        page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")


_NOTEBOOK_READY = """path => {
    const widget = window.jupyterapp?.shell.currentWidget;
    return widget?.context?.path === path
        && jupyterapp.commands.hasCommand('notebook:run-all-cells')
        && widget.context.isReady
        && widget.sessionContext.isReady
        && widget.sessionContext.session?.kernel?.status === 'idle';
}"""
_RUN_ALL = """() => {
    window.ranAll = false;
    jupyterapp.commands.execute('notebook:run-all-cells').finally(() => { window.ranAll = true; });
}"""
_KERNEL_IDLE = """() =>
    jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"""
_CELL_ERRORS = """() => jupyterapp.shell.currentWidget.content.model.toJSON().cells
    .flatMap(cell => cell.outputs ?? [])
    .filter(output => output.output_type === 'error')
    .map(output => `${output.ename}: ${output.evalue}`)"""
_RUN_SILENTLY = """async code => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    let printed = '';
    const future = kernel.requestExecute({ code, store_history: false });
    future.onIOPub = message => {
        if (message.header.msg_type === 'stream') printed += message.content.text;
        if (message.header.msg_type === 'error') printed += message.content.ename + ': ' + message.content.evalue;
    };
    await future.done;
    return printed;
}"""


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for all browser tests."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is not installed")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium on PATH: install it to run the browser tests")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def watched(open_page) -> Watched:
    """A fresh page, 1400 px wide, that remembers console errors and outside requests."""
    return open_page()


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., Watched]]:
    """A function that opens a fresh page; its arguments are those of Playwright's ``new_context``."""
    yield from _pages(browser)


@pytest.fixture(scope="module")
def open_lasting_page(browser) -> Iterator[Callable[..., Watched]]:
    """As ``open_page``, for pages that stay open for all tests of a module."""
    yield from _pages(browser)


def _pages(browser) -> Iterator[Callable[..., Watched]]:
    contexts = []

    def opened(**options) -> Watched:
        contexts.append(browser.new_context(**({"viewport": {"width": 1400, "height": 1000}} | options)))
        return Watched(contexts[-1].new_page())

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def lab_window(browser):
    """One window for all pages of JupyterLab: a fresh one would fetch and compile its scripts, 20 MB, each time."""
    window = browser.new_context(viewport={"width": 1400, "height": 1000})
    yield window
    window.close()


@pytest.fixture
def lab_page(lab_window) -> Iterator[Watched]:
    """A fresh page for JupyterLab."""
    yield from _lab_pages(lab_window)


@pytest.fixture(scope="module")
def lasting_lab_page(lab_window) -> Iterator[Watched]:
    """A page for JupyterLab that stays open for all tests of a module."""
    yield from _lab_pages(lab_window)


def _lab_pages(window) -> Iterator[Watched]:
    watched = Watched(window.new_page())
    yield watched
    watched.page.close()


@pytest.fixture(scope="session")
def npm_package(tmp_path_factory) -> Callable[[str], Path]:
    """``npm_package("axe-core@4")``: the folder of a package that npm fetches for the session and never keeps."""

    def fetched(name: str) -> Path:
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip(f"npm is not installed: it fetches {name}")
        folder = tmp_path_factory.mktemp("npm")
        packed = subprocess.run([npm, "pack", name, "--silent"], cwd=folder, capture_output=True, timeout=120)
        archives = list(folder.glob("*.tgz"))
        if packed.returncode or not archives:
            pytest.skip(f"npm cannot fetch {name} here (no network?)")
        with tarfile.open(archives[0]) as archive:
            archive.extractall(folder, filter="data")
        return folder / "package"

    return fetched


@pytest.fixture(scope="session")
def axe(npm_package) -> str:
    """The accessibility engine axe-core (MPL-2.0)."""
    return (npm_package("axe-core@4") / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory) -> Iterator[Lab]:
    """A JupyterLab server that lives for the session and keeps everything in a temporary folder."""
    home = tmp_path_factory.mktemp("lab")
    root = home / "notebooks"
    root.mkdir()
    _silence_news(home / "settings")
    port = _free_port()
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(_lab_command(home, port), env=_lab_environment(home), stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token={TOKEN}", server, home / "server.log")
            yield Lab(f"http://127.0.0.1:{port}", root)
        finally:
            server.terminate()
            with suppress(subprocess.TimeoutExpired):  # on a busy machine its kernels take long to end
                server.wait(timeout=60)
            server.kill()
            server.wait()


def _lab_command(home: Path, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={home / 'notebooks'}",
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
        f"--LabApp.app_settings_dir={SETTINGS}",  # the course's own, as `vgcourse lab` takes them
        f"--LabApp.user_settings_dir={home / 'settings'}",
        f"--LabApp.workspaces_dir={home / 'workspaces'}",
    ]


def _lab_environment(home: Path) -> dict[str, str]:
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime"}
    own = {name: str(home / folder) for name, folder in folders.items()}
    return {**os.environ, **own, "IPYTHONDIR": str(home / "ipython"), "TF_CPP_MIN_LOG_LEVEL": "2"}


def _silence_news(settings: Path) -> None:
    folder = settings / "@jupyterlab" / "apputils-extension"
    folder.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
    (folder / "notification.jupyterlab-settings").write_text(json.dumps(quiet), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str, server: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            opener.open(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start: {log.read_text(encoding='utf-8')[-600:]}")
