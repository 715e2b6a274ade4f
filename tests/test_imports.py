"""The arrows of the house go one way, and what need not load TensorFlow does not.

A wing may import from itself and from the wings named beside it, from nothing else of the package: an arrow only
goes down from grading to nets. What stands in the root (`style`, `palette`, `errors`) serves all; the face imports
anything.
"""

import ast
import subprocess
import sys
from collections import defaultdict

import pytest

BELOW = {
    "nets": set(),
    "measure": {"nets"},
    "show": {"nets", "measure"},
    "published": {"nets", "measure", "show"},
    "course": {"nets", "measure", "show", "published"},
    "grading": {"nets", "measure", "show", "published", "course"},
}
SERVES_ALL = {"style", "palette", "errors", "extras"}
FACE = {"", "__main__", "cli", "lab"}
MOST_SIBLINGS = 13
LONGEST_TWICE = 55  # characters of what a function does: shorter, and a call would say no less
PLAIN = {"vgcourse.nets.theory", "vgcourse.measure.recording"}
ALLOWED_IN_PLAIN = {"numpy", "pandas"}


def modules(root):
    """File → dotted name of its module; a package's own file has the package's name. Jupyter's settings are none."""
    files = [path for path in sorted((root / "vgcourse").rglob("*.py")) if path.parent.name != "lab_settings"]
    return {path: ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__") for path in files}


def imported(path):
    """Every module that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def wing(name):
    return name.split(".")[1] if "." in name else ""


def arrows(root):
    """Module → the modules of the package that it imports."""
    names = modules(root)
    known = set(names.values())
    return {name: _meant({part for part in imported(path) if part in known}) - {name} for path, name in names.items()}


def _meant(targets):
    """``from package import module`` means the module: its package is named on the way only."""
    return {target for target in targets if not any(other.startswith(f"{target}.") for other in targets)}


def test_every_module_stands_in_a_wing(root):
    wings = {wing(name) for name in modules(root).values()}
    assert wings == set(BELOW) | SERVES_ALL | FACE


def test_an_arrow_only_goes_down(root):
    upward = [
        f"{name} -> {target}"
        for name, targets in arrows(root).items()
        for target in targets - {"vgcourse"}
        if wing(name) not in FACE and wing(target) not in BELOW.get(wing(name), set()) | SERVES_ALL | {wing(name)}
    ]
    assert not upward


def test_no_modules_import_each_other_in_a_circle(root):
    """A package's own file only hands names on: an arrow to it is an arrow to the module that is meant."""
    graph = {name: {t for t in targets if not name.startswith(t + ".")} for name, targets in arrows(root).items()}
    state = defaultdict(int)  # 0 not seen, 1 on the way, 2 done

    def visit(name, way):
        assert state[name] != 1, " -> ".join([*way[way.index(name) :], name])
        if state[name] == 0:
            state[name] = 1
            for target in sorted(graph[name]):
                visit(target, [*way, name])
            state[name] = 2

    for name in graph:
        visit(name, [])


def test_no_folder_is_crowded(root):
    for folder in {path.parent for path in modules(root)}:
        siblings = [p for p in folder.iterdir() if (p.suffix == ".py" or p.is_dir()) and not p.name.startswith("__")]
        assert len(siblings) <= MOST_SIBLINGS, folder


def test_no_two_classes_have_one_name(root):
    found = defaultdict(list)
    for path, name in modules(root).items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found[node.name].append(name)
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def bodies(path):
    """(what a function does, its place), for each in a file: arguments and local names stand as numbers."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            body = function.body[bool(ast.get_docstring(function)) :]
            own = [node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)]
            names = [node for part in body for node in ast.walk(part) if isinstance(node, ast.Name)]
            own += [node.id for node in names if isinstance(node.ctx, ast.Store)]
            for node in names:
                node.id = str(own.index(node.id)) if node.id in own else node.id
            yield "\n".join(map(ast.unparse, body)), f"{path.name}:{function.lineno} {function.name}"


def test_no_function_stands_twice(root):
    """Alike but for the names of what it is given: then one of them is to be called, wherever it stands."""
    found = defaultdict(list)
    for path in modules(root):
        for body, place in bodies(path):
            found[body].append(place)
    assert [places for body, places in found.items() if len(places) > 1 and len(body) > LONGEST_TWICE] == []


@pytest.mark.parametrize("module", sorted(PLAIN))
def test_theory_and_recording_stand_on_numpy_and_pandas_only(root, module):
    files = [path for path, name in modules(root).items() if f"{name}.".startswith(f"{module}.")]
    assert files
    for path in files:
        parts = set(imported(path))
        outside = {part.split(".")[0] for part in parts} - set(sys.stdlib_module_names)
        assert outside <= ALLOWED_IN_PLAIN | {"vgcourse"}
        measuring = {part for part in parts if f"{part}.".startswith("vgcourse.measure.")}
        plain = ("vgcourse.measure.recording.", "vgcourse.measure.statistics.")
        assert all(f"{part}.".startswith(plain) for part in measuring), path


@pytest.mark.parametrize(
    "code",
    [
        "import vgcourse",
        "import vgcourse.cli; vgcourse.cli._parser()",
        "from vgcourse import check, predict, circles; circles()",
        "from vgcourse import theory; theory.layer_factor('sigmoid', 'glorot_uniform', width=32)",
        "from vgcourse.grading.class_run import classroom, driver",
        "from vgcourse.grading import demo",
        "from vgcourse.grading.notebook import scoreboard",
    ],
)
def test_no_tensorflow_is_loaded_by(code):
    program = f"import sys\n{code}\nsys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
