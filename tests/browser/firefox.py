"""A real Firefox, driven over WebDriver BiDi: the browser speaks it itself, so no driver has to be installed.

``with Firefox.start(program) as firefox``: ``open(url)``, ``run`` and ``wait_for(javascript)``, ``press(key)``;
``complaints`` are the console's errors and uncaught exceptions, ``outside`` the requests to other machines.
"""

import itertools
import json
import re
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

AT_HOME = re.compile(r"(https?://(127\.0\.0\.1|localhost)[:/])|(file|blob|data|about|resource|chrome|moz-extension):")


class Firefox:
    """One window of a Firefox that was started for us; made by ``start``."""

    def __init__(self, socket):
        self.socket = socket
        self.numbers = itertools.count(1)
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self._send("session.new", capabilities={})
        self._send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.window = self._send("browsingContext.getTree")["contexts"][0]["context"]

    @classmethod
    @contextmanager
    def start(cls, program: str, width: int = 1400, height: int = 1000):
        """Start ``program`` without a screen and with a profile of its own; it ends with the block."""
        import websocket

        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            command = [program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
            log = Path(profile) / "log"
            with log.open("w") as written:
                process = subprocess.Popen([*command, "about:blank"], stdout=written, stderr=written)
            try:
                address = _address(log, process)
                firefox = cls(websocket.create_connection(f"{address}/session", timeout=120, suppress_origin=True))
                firefox.resize(width, height)
                yield firefox
                with suppress(Exception):
                    firefox._send("browser.close")
            finally:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=20)
                process.kill()
                process.wait()

    def _send(self, method: str, **given) -> dict:
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": given}))
        while (message := json.loads(self.socket.recv())).get("id") != number:
            self._note(message)
        if message["type"] == "error":
            raise RuntimeError(f"{method}: {message['error']}, {message['message'][:300]}")
        return message["result"]

    def _note(self, event: dict) -> None:
        given = event.get("params", {})
        if event.get("method") == "log.entryAdded" and given["level"] == "error":
            self.complaints.append(given.get("text") or "an error without words")
        if event.get("method") == "network.beforeRequestSent" and not AT_HOME.match(url := given["request"]["url"]):
            self.outside.append(url)

    def resize(self, width: int, height: int) -> None:
        self._send("browsingContext.setViewport", context=self.window, viewport={"width": width, "height": height})

    def open(self, url: str) -> None:
        """Open the page afresh, also where only the part after # differs, and wait until it has loaded."""
        self._send("browsingContext.navigate", context=self.window, url="about:blank", wait="complete")
        self._send("browsingContext.navigate", context=self.window, url=url, wait="complete")

    def run(self, javascript: str):
        """What the expression gives, as JSON carries it: NaN comes as None."""
        answer = self._send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({javascript})) ?? 'null')()",
            target={"context": self.window},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise RuntimeError(f"{javascript}: {answer['exceptionDetails']['text']}")
        return json.loads(answer["result"]["value"])

    def wait_for(self, javascript: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not self.run(javascript):
            assert time.monotonic() < deadline, f"still not so after {seconds} s: {javascript}"
            time.sleep(0.1)

    def press(self, key: str) -> None:
        """One key as WebDriver names it: a letter, or a code point as in ``\\ue014``, the right arrow.

        Without a screen Firefox's window has no focus: its sliders hear keys, but Enter presses no button.
        """
        strokes = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self._send(
            "input.performActions", context=self.window, actions=[{"type": "key", "id": "keys", "actions": strokes}]
        )


def _address(log: Path, process: subprocess.Popen, seconds: float = 90) -> str:
    """Where Firefox says that it listens; raises AssertionError where it ends before, or says nothing."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text("utf-8", "replace")):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(f"Firefox did not start: {log.read_text('utf-8', 'replace')[-300:]}")
