"""What a stranger installs: a wheel, alone in a fresh environment, measures; its extras add the rest and no more."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

UV = Path(sys.executable).with_name("uv")
HEAVY = {"tensorflow", "tensorflow-cpu", "jupyterlab", "nbgrader", "ipywidgets", "notebook", "ipython", "jupytext"}
pytestmark = pytest.mark.skipif(not UV.is_file(), reason="`make test` installs uv beside Python")


def uv(*arguments):
    answer = subprocess.run([str(UV), *map(str, arguments)], capture_output=True, text=True, timeout=900)
    assert answer.returncode == 0, answer.stderr[-3000:]
    return answer.stdout


@pytest.fixture(scope="module")
def plain(root, tmp_path_factory):
    """Python in an environment that holds the plain package, built as a wheel from this repository."""
    folder = tmp_path_factory.mktemp("plain")
    uv("build", "--quiet", "--wheel", "--out-dir", folder, root)
    python = folder / "venv" / Path(sys.executable).parent.name / Path(sys.executable).name
    uv("venv", "--quiet", "--python", sys.executable, folder / "venv")
    wheel = next(folder.glob("*.whl"))
    uv("pip", "install", "--quiet", "--python", python, "-c", root / "requirements.lock", wheel)
    return python, wheel


def run(python, program, cwd):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run([python, "-c", program], capture_output=True, text=True, cwd=cwd, env=environment)


def test_the_plain_package_brings_no_notebook_and_no_tensorflow(plain):
    names = {line.split("==")[0].lower() for line in uv("pip", "freeze", "--python", plain[0]).splitlines()}
    assert "keras" in names and "tensorboard" in names
    assert not names & HEAVY


def test_the_plain_package_hands_out_the_lessons(plain, tmp_path):
    python, _ = plain
    answer = subprocess.run([python, "-m", "vgcourse", "start", "."], capture_output=True, text=True, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "lessons/01_circles/circles.ipynb").is_file()


def test_readmes_example_of_measuring_runs_beside_a_tensorflow_of_ones_own(root, plain, tmp_path):
    python, wheel = plain
    uv("pip", "install", "--quiet", "--python", python, "-c", root / "requirements.lock", f"{wheel}[cpu]")
    readme = (root / "README.md").read_text(encoding="utf-8")
    example = next(
        code for code in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "GradientCapture" in code
    )
    model = """
import keras
import vgcourse as vg
X, y = vg.circles()
model = vg.mlp(3, 8, "sigmoid")
model.compile("adam", "binary_crossentropy")
"""
    quick = example.replace("epochs=10", "epochs=2").replace("range(50)", "range(2), epochs=3")
    answer = run(python, model + quick, tmp_path)
    assert answer.returncode == 0, answer.stderr[-3000:]
