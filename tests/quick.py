"""``make test-quick``: the tests of the wings that a change touches, without those that are known to be slow.

Which are slow stands in slow_tests.txt, one name a line; ``pytest --keep-slow`` measures a whole run and writes it.
"""

import re
import subprocess
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(__file__).with_name("slow_tests.txt")
SLOW = 1.0  # seconds of a test, or of the fixtures that it is the first to ask for
FEW = 6  # cases of one test function, evenly taken
SHARED_BY_ALL = {"request", "root", "monkeypatch", "capsys", "tmp_path", "tmp_path_factory"}


def pytest_addoption(parser):
    parser.addoption("--wing", help="only the quick tests of these wings; empty: of those that git says differ")
    parser.addoption("--keep-slow", action="store_true", help="write the names of the slow tests of a whole run")


def pytest_configure(config):
    if (asked := config.getoption("--wing")) is not None:
        config.wings = set(asked.replace(",", " ").split()) or changed_wings(ROOT)
        config.option.markexpr = config.option.markexpr or "not browser and not slow"
    if config.getoption("--keep-slow") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SlowTests())


def pytest_ignore_collect(collection_path, config):
    """With ``--wing`` only files that import from the wings asked for are read at all."""
    if hasattr(config, "wings") and collection_path.suffix == ".py" and collection_path.name.startswith("test_"):
        return not wings_of(collection_path) & config.wings or None
    return None


def pytest_collection_modifyitems(config, items):
    """With ``--wing``: a few cases of each function, and none that is slow or waits for the same slow fixture."""
    if not hasattr(config, "wings"):
        return
    known = set(KEPT.read_text(encoding="utf-8").splitlines()) if KEPT.is_file() else set()
    slow_fixtures = defaultdict(set)
    for item in items:
        if f"{item.nodeid} (set-up)" in known:
            slow_fixtures[item.path] |= set(item.fixturenames) - SHARED_BY_ALL
    quick = [i for i in items if i.nodeid not in known and not slow_fixtures[i.path] & set(i.fixturenames)]
    kept = set(map(id, few_of_each(quick)))
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept])
    items[:] = [item for item in items if id(item) in kept]


def few_of_each(items):
    cases = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    return [item for found in cases.values() for item in found[:: -(-len(found) // FEW)]]


class SlowTests:
    """Hears how long each test takes, and keeps the names of the slow ones."""

    def __init__(self):
        self.names = set()

    def pytest_runtest_logreport(self, report):
        if report.duration > SLOW and report.when != "teardown":
            self.names.add(report.nodeid + (" (set-up)" if report.when == "setup" else ""))

    def pytest_sessionfinish(self):
        KEPT.write_text("".join(f"{name}\n" for name in sorted(self.names)), encoding="utf-8")


def changed_wings(root: Path) -> set[str]:
    """The folders of the package in which git sees a change that is not committed."""
    command = ["git", "status", "--porcelain", "--untracked-files=all", "--", "vgcourse"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True).stdout
    return {line.split("/")[1] for line in listed.splitlines() if line.count("/") > 1}


def wings_of(path: Path) -> set[str]:
    """The wings that a file of tests imports from; what it takes from the face counts as measuring and the course."""
    text = path.read_text(encoding="utf-8")
    found = set(re.findall(r"vgcourse\.(nets|measure|show|published|course|grading)\b", text))
    return found | ({"measure", "course"} if re.search(r"import vgcourse|from vgcourse import", text) else set())
