"""What Binder, conda and a bare machine install is what pyproject.toml and the lock say."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

pytest.importorskip("repo2docker", reason="repo2docker is in the test extra")


@pytest.fixture(scope="module")
def dockerfile(root, tmp_path_factory):
    """What Binder would build, from the files that git would hand to it; Docker is not needed."""
    copy = tmp_path_factory.mktemp("binder") / "repo"
    copy.mkdir()
    for name in ("environment.yml", "postBuild", "pyproject.toml", "requirements.lock", "README.md", "LICENSE"):
        shutil.copy(root / name, copy / name)
    shutil.copytree(root / "vgcourse", copy / "vgcourse", ignore=shutil.ignore_patterns("__pycache__"))
    command = [str(Path(sys.executable).with_name("jupyter-repo2docker")), "--no-build", "--debug", str(copy)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return answer.stdout + answer.stderr


def test_binder_installs_our_environment_with_our_python(dockerfile):
    assert "py-3.11" in re.sub(r"-2[de]", lambda m: {"-2d": "-", "-2e": "."}[m[0]], dockerfile)
    updated = dockerfile.index('env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"')
    assert dockerfile.index("src/ ${REPO_DIR}/") < updated  # `-e` needs the repository to be there


def test_binder_runs_the_post_build_step(dockerfile):
    assert "RUN ./postBuild" in dockerfile


def test_environment_names_python_and_the_package_only(root):
    spec = yaml.safe_load((root / "environment.yml").read_text())
    *conda, pip = spec["dependencies"]
    assert conda == ["python=3.11", "pip"] and pip == {"pip": ["-c requirements.lock", "-e .[grading]"]}


def test_nothing_silences_the_environment(root):
    assert not (root / ".binder").exists() and not (root / "binder").exists()


def test_post_build_compiles_byte_code_and_turns_the_news_off(root, tmp_path):
    script = (root / "postBuild").read_text()
    assert "compileall" in script and "lab_settings/overrides.json" in script
    assert subprocess.run(["bash", "-n", str(root / "postBuild")]).returncode == 0
    assert (root / "postBuild").stat().st_mode & 0o111


def test_the_lock_covers_every_dependency_and_names_no_address(root):
    lock = (root / "requirements.lock").read_text()
    assert not re.search(r"https?://|file:|--index|--find", lock)
    pinned = {re.split(r"[=\[ ;]", line)[0].lower() for line in lock.splitlines() if "==" in line}
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {re.split(r"[<>=\[ ;~!]", item)[0].lower() for item in wanted}
    names -= {"vgcourse"}  # an extra may take another one in
    assert names <= pinned, f"run `make lock`: {names - pinned}"


def test_what_is_installed_here_is_what_the_lock_says(root):
    """The tests run on the versions that a newcomer gets."""
    from importlib.metadata import version

    from packaging.requirements import Requirement

    for line in (root / "requirements.lock").read_text().splitlines():
        requirement = Requirement(line)
        if requirement.name in ("keras", "jupyterlab", "nbgrader", "numpy", "scikit-learn", "anywidget") and (
            requirement.marker is None or requirement.marker.evaluate()
        ):
            assert requirement.specifier.contains(version(requirement.name)), requirement.name


def test_reading_a_notebook_compiles_no_grammar_of_web_addresses():
    """3 s in every command, grader and JupyterLab: see the extra `course`."""
    asked = "import nbformat, sys; print([m for m in ('rfc3987_syntax', 'lark') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=120)
    assert answer.stdout.strip() == "[]", answer.stdout + answer.stderr
