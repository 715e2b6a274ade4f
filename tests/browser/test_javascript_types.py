"""The explorers' modules under TypeScript's checker: every name is imported, every property there, every call fits.

The modules are joined into one scope, so that a name which a module forgot to import works by luck; here it does not.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from vgcourse.show.explorers.bundle import WEB

pytestmark = pytest.mark.browser

OPTIONS = {
    "allowJs": True,
    "checkJs": True,
    "noEmit": True,
    "skipLibCheck": True,  # the browser's own types are right, and take half of the time
    "types": [],
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "lib": ["es2022", "dom", "dom.iterable"],
}


@pytest.fixture(scope="module")
def complaints(npm_package, tmp_path_factory):
    """What the checker says of the modules in a folder, a line each."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: it runs TypeScript's checker")
    checker = npm_package("typescript@5") / "lib" / "tsc.js"

    def found(folder: Path) -> list[str]:
        settings = tmp_path_factory.mktemp("types") / "tsconfig.json"
        settings.write_text(
            json.dumps({"compilerOptions": OPTIONS, "include": [f"{folder.as_posix()}/*.js"]}), "utf-8"
        )
        done = subprocess.run([node, checker, "-p", settings], capture_output=True, text=True, timeout=300)
        return [line.rpartition(os.sep)[2] for line in done.stdout.splitlines()]

    return found


def test_the_modules_fit_together(complaints):
    assert complaints(WEB) == []


SLIPS = {
    "race.js": ('freshId, legendList, make } from "./dom.js"', 'freshId, make } from "./dom.js"'),
    "queue.js": ("this.budget = budget;", "this.budgets = budget;"),
    "demo.js": ("packGradients(frames),", "packGradients(frames, 5),"),
}


def test_slips_are_seen(complaints, tmp_path):
    shutil.copytree(WEB, tmp_path / "web", ignore=shutil.ignore_patterns("stills"))
    for module, (here, there) in SLIPS.items():
        text = (WEB / module).read_text("utf-8")
        assert text.count(here) == 1, module
        (tmp_path / "web" / module).write_text(text.replace(here, there), "utf-8")
    said = complaints(tmp_path / "web")
    assert {line.partition("(")[0] for line in said if "error" in line} >= set(SLIPS), said
