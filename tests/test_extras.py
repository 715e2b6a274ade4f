"""The plain package measures; what an extra would bring is told in one sentence, and editors see every name."""

import ast
import inspect
import re
import subprocess
import sys
import textwrap

import pytest

import vgcourse
from vgcourse import cli
from vgcourse.extras import missing

PROGRAM = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
{code}
"""


def without(names, code):
    program = PROGRAM.format(names=set(names), code=code)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("tensorflow", "pip install 'vgcourse[cpu]'"),
        ("anywidget", "pip install 'vgcourse[widgets]'"),
        ("nbgrader.apps", "pip install 'vgcourse[course]'"),
        ("bleach", "pip install 'vgcourse[grading]'"),
        ("distributed", "pip install 'vgcourse[cluster]'"),
    ],
)
def test_the_sentence_has_the_command(name, command):
    assert command in missing(ModuleNotFoundError("", name=name))


def test_a_module_that_no_extra_brings_is_no_matter_of_extras():
    assert missing(ModuleNotFoundError("", name="nobody_knows")) is None


@pytest.mark.parametrize(
    ("absent", "name", "extra"),
    [("tensorflow", "train", "cpu"), ("tensorflow", "GradientCapture", "cpu"), ("anywidget", "explore", "widgets")],
)
def test_a_name_that_needs_an_extra_says_so(absent, name, extra):
    answer = without([absent], f"import vgcourse as vg\nvg.{name}")
    assert answer.returncode == 1
    last = answer.stderr.strip().splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: This needs") and f"vgcourse[{extra}]" in last


@pytest.mark.parametrize(
    ("command", "extra"), [("grade 01_circles", "grading"), ("build", "grading"), ("check circles", "course")]
)
def test_a_command_that_needs_an_extra_says_so_without_a_traceback(command, extra):
    answer = without(["traitlets", "jupytext"], f"from vgcourse.cli import main\nsys.exit(main({command.split()!r}))")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr and f"vgcourse[{extra}]" in answer.stderr


def set_up_cells(root):
    texts = [path.read_text(encoding="utf-8") for path in sorted(root.glob("solutions/*/*.py"))]
    return [text[text.index("try:\n    import vgcourse") :].split("\n# %%")[0] for text in texts]


def test_the_first_cell_of_a_lesson_says_what_is_missing_and_what_installs_it(root):
    cells = set_up_cells(root)
    assert len(cells) >= 10 and len({cell.split("\n\n")[0] for cell in cells}) == 1
    away = without(["vgcourse"], cells[0]).stderr
    for line in re.findall(r"in a first cell: `([^`]+)`", (root / "README.md").read_text(encoding="utf-8")):
        assert line in away and "make lab" in away and "Traceback" not in away
    # The package alone is no reason to say that it is missing.
    assert "vgcourse[widgets]" in without(["anywidget"], cells[0] + "\npredict('a', 'b', choices=['c', 'd'])").stderr
    assert "make lab" not in without(["tensorflow", "keras"], cells[2]).stderr


def test_a_mistyped_command_is_answered_with_the_nearest(capsys):
    with pytest.raises(SystemExit):
        cli.main(["grde", "01_circles"])
    assert capsys.readouterr().err == "vgcourse: no command is called 'grde'. Did you mean grade?\n"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("build --chekc", "vgcourse: `vgcourse build` takes no '--chekc'. Did you mean --check?\n"),
        ("check circles --nope=1", "vgcourse: `vgcourse check` takes no '--nope=1'. `vgcourse check --help` says"),
        ("reproduce nope", "vgcourse: `vgcourse reproduce` takes no 'nope'. `vgcourse reproduce --help` says"),
        ("", "vgcourse: which command? There are start, lab, check, "),
    ],
)
def test_an_option_that_is_none_and_no_command_at_all_get_one_sentence(capsys, command, said):
    with pytest.raises(SystemExit) as stopped:
        cli.main(command.split())
    told = capsys.readouterr().err
    assert stopped.value.code == 2 and told.startswith(said) and told.count("\n") == 1


def test_another_missing_module_is_not_hidden(monkeypatch):
    def broken(options):
        raise ModuleNotFoundError("No module named 'mine'", name="mine")

    monkeypatch.setattr("vgcourse.cli.published._reproduce", broken)
    with pytest.raises(ModuleNotFoundError, match="mine"):
        cli.main(["reproduce"])


def test_editors_see_every_name_that_resolves_on_first_use(root):
    tree = ast.parse((root / "vgcourse" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    seen = {
        alias.asname: f"{line.module}.{alias.name}".removeprefix("vgcourse.")
        for line in block.body
        for alias in line.names
    }
    homes = {name: f"{home}.{name}" for name, home in vgcourse._HOME.items()}
    assert seen == homes | vgcourse._MODULES


def test_an_editor_offers_the_names_of_the_face_and_no_others():
    assert [name for name in dir(vgcourse) if not name.startswith("__")] == vgcourse.__all__


def test_every_public_name_resolves_and_has_words():
    for name in vgcourse.__all__:
        assert (getattr(vgcourse, name).__doc__ or "").strip(), name


HOOKS = ("on_", "preprocess")  # what Keras and nbgrader call by these names, they describe


def unspoken(path, package):
    """The public functions, classes and methods of a file that say nothing of themselves."""
    trees = [(ast.parse(path.read_text(encoding="utf-8")), "", False)]
    for tree, prefix, derived in trees:
        for node in tree.body:
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
                continue
            hook = derived and (node.name.startswith(HOOKS) or prefix.endswith("Provisioner."))
            if ast.get_docstring(node) is None and not hook:
                yield f"{path.relative_to(package)}: {prefix}{node.name}"
            if isinstance(node, ast.ClassDef):
                trees.append((node, f"{prefix}{node.name}.", bool(node.bases)))


def test_whatever_is_public_says_what_it_is(root):
    """An exercise's three functions aside: the exercise says it for them."""
    package = root / "vgcourse"
    found = [name for path in sorted(package.rglob("*.py")) for name in unspoken(path, package)]
    parts = ("observe_", "judge_", "own_", "suits_")
    assert [name for name in found if not name.split(": ")[1].startswith(parts)] == []


def callables(prefix, value):
    """A public function or class and its public methods, with the names under which a user finds them."""
    yield prefix, value
    if inspect.isclass(value):
        yield from (
            (f"{prefix}.{name}", member)
            for name, member in vars(value).items()
            if inspect.isfunction(member) and not name.startswith("_")
        )


def public():
    for name in vgcourse.__all__:
        value = getattr(vgcourse, name)
        if inspect.ismodule(value):
            for inner in getattr(value, "__all__", ()):
                if callable(member := getattr(value, inner)):
                    yield from callables(f"vg.{name}.{inner}", member)
        else:
            yield from callables(f"vg.{name}", value)


def test_what_a_public_function_raises_itself_its_words_say():
    silent = []
    for name, value in public():
        start = value.__init__ if inspect.isclass(value) else value
        if not inspect.isfunction(start) or not start.__code__.co_filename.endswith(".py"):
            continue  # a dataclass has an __init__ without a file
        tree = ast.parse(textwrap.dedent(inspect.getsource(start)))
        raises = any(isinstance(node, ast.Raise) and node.exc for node in ast.walk(tree))
        if raises and "aises" not in (inspect.getdoc(value) or "") + (inspect.getdoc(start) or ""):
            silent.append(name)
    assert not silent


def test_everything_public_is_annotated():
    """Keras's own hooks aside: ``on_epoch_end`` and the like are called by Keras alone."""
    bare = []
    for name, value in public():
        if name.split(".")[-1].startswith("on_"):
            continue
        signature = inspect.signature(value)
        given = [p.annotation for p in signature.parameters.values() if p.name != "self"]
        returned = [] if inspect.isclass(value) else [signature.return_annotation]
        if inspect.Parameter.empty in given + returned:
            bare.append(name)
    assert not bare
