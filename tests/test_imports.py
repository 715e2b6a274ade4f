"""The arrows of the house go one way, and what need not load TensorFlow does not."""

import ast
import subprocess
import sys

import pytest

LEAVES = {"plots", "explore", "cli"}
PLAIN = {"theory", "recording"}
ALLOWED_IN_PLAIN = {"numpy", "pandas"}


def modules(root):
    return {
        path: ".".join(path.relative_to(root).with_suffix("").parts) for path in (root / "vgcourse").rglob("*.py")
    }


def imported(path):
    """Every module that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_nothing_imports_a_leaf(root):
    for path, name in modules(root).items():
        own = name.split(".")[1] if "." in name else ""
        leaves = {part.split(".")[1] for part in imported(path) if part.startswith("vgcourse.")} & LEAVES
        assert leaves <= {own} or name == "vgcourse.__main__", f"{name} imports {leaves}"


@pytest.mark.parametrize("module", sorted(PLAIN))
def test_theory_and_recording_stand_on_numpy_and_pandas_only(root, module):
    files = [path for path, name in modules(root).items() if name.split(".")[1:2] == [module]]
    assert files
    for path in files:
        parts = set(imported(path))
        outside = {part.split(".")[0] for part in parts} - set(sys.stdlib_module_names)
        assert outside <= ALLOWED_IN_PLAIN | {"vgcourse"}
        assert {part.split(".")[1] for part in parts if part.startswith("vgcourse.")} <= PLAIN, path


def test_the_measuring_package_never_imports_the_grader(root):
    for path, name in modules(root).items():
        if name.startswith("vgcourse.grading") or name in ("vgcourse.cli",):
            continue
        assert not [part for part in imported(path) if part.startswith("vgcourse.grading")], name


@pytest.mark.parametrize(
    "code",
    [
        "import vgcourse",
        "import vgcourse.cli; vgcourse.cli._parser()",
        "from vgcourse import check, predict, circles; circles()",
        "from vgcourse import theory; theory.layer_factor('sigmoid', 'glorot_uniform', width=32)",
        "from vgcourse.grading import classroom, demo, driver, scoreboard",
    ],
)
def test_no_tensorflow_is_loaded_by(code):
    program = f"import sys\n{code}\nsys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
