"""TensorFlow's notes about itself do not reach a person; what else is written while it is loaded does."""

import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

NOTES = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    "I0000 00:00:1796016139.184833   12702 port.cc:153] oneDNN custom operations are on.\n"
    "E0000 00:00:1796016139.3   12702 cuda_dnn.cc:8579] Unable to register cuDNN factory: Attempting to register "
    "factory for plugin cuDNN when one has already been registered\n"
    "2026-11-30 05:34:53.338602: E external/local_xla/xla/stream_executor/cuda/cuda_fft.cc:467] Unable to register "
    "cuFFT factory: Attempting to register factory for plugin cuFFT when one has already been registered\n"
    "W0000 00:00:1796016893.424709   26224 computation_placer.cc:177] computation placer already registered. Please "
    "check linkage and avoid linking the same target more than once.\n"
)
WARNINGS = (
    "W0000 00:00:1796016139.2   12702 gpu_device.cc:7] Cannot dlopen some GPU libraries.\n"
    "E0000 00:00:1796016139.3   12702 cuda_platform.cc:51] failed call to cuInit: UNKNOWN ERROR (303)\n"
    "I think, therefore I warn\n"
)
# A stand-in: which notes TensorFlow has to give hangs on the processor.
MODULE = "import os, sys\nos.write(2, {text!r})\nprint('told by Python', file=sys.stderr)\nVERSION = 2\n"


@pytest.fixture
def stand_in(tmp_path):
    """`run(code, **environment)` with this tensorflow in reach: a finished process."""
    (tmp_path / "tensorflow.py").write_text(MODULE.format(text=(NOTES + WARNINGS + NOTES).encode()), encoding="utf-8")

    def run(code: str, shell: str = "", **environment: str) -> subprocess.CompletedProcess:
        clean = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
        command = (
            [sys.executable, "-c", code] if not shell else ["sh", "-c", f'"$0" -c "$1" {shell}', sys.executable, code]
        )
        return subprocess.run(
            command,
            env={**clean, "PYTHONPATH": str(tmp_path), **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def test_notes_are_left_out_and_warnings_come_through_in_their_order(stand_in):
    done = stand_in("import vgcourse, tensorflow; print(tensorflow.VERSION)")
    assert (done.stdout, done.stderr) == ("2\n", f"{WARNINGS}told by Python\n")


def test_who_wants_the_notes_sees_them(stand_in):
    assert "oneDNN" in stand_in("import vgcourse, tensorflow", TF_CPP_MIN_LOG_LEVEL="0").stderr


def test_looking_whether_it_is_installed_loads_nothing_and_changes_nothing(stand_in):
    code = "import vgcourse, sys; from importlib.util import find_spec; assert find_spec('tensorflow')"
    assert stand_in(f"{code}; assert 'tensorflow' not in sys.modules").stderr == ""
    assert "oneDNN" not in stand_in(f"{code}; import tensorflow").stderr


def test_a_load_that_fails_tells_what_it_wrote_and_why(stand_in, tmp_path):
    with (tmp_path / "tensorflow.py").open("a") as text:
        text.write("raise ImportError('cannot load a library')\n")
    done = stand_in("import vgcourse, tensorflow")
    assert WARNINGS in done.stderr and "oneDNN" not in done.stderr
    assert done.stderr.endswith("ImportError: cannot load a library\n")


def test_where_nothing_can_be_held_back_it_is_loaded_all_the_same(stand_in):
    hide = "import tempfile; tempfile.TemporaryFile = lambda: open('/nowhere/at/all')"
    done = stand_in(f"{hide}; import vgcourse, tensorflow; print(tensorflow.VERSION)")
    assert done.stdout == "2\n" and "oneDNN" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize(
    ("shell", "written"), [("2>&-", "os.write = lambda *given: None; "), ("2>/dev/full", "")], ids=["closed", "full"]
)
def test_without_a_place_for_errors_it_is_loaded_all_the_same(stand_in, shell, written):
    """The stand-in's own sentences aside: nobody can write to a closed file."""
    code = (
        f"import os, sys; sys.stderr = open(os.devnull, 'w'); {written}import vgcourse, tensorflow; print('loaded')"
    )
    assert stand_in(code, shell).stdout == "loaded\n"


def test_the_real_one_shows_nothing_in_a_notebook():
    """Whatever notes this processor has TensorFlow give."""
    cell = nbformat.v4.new_code_cell("import vgcourse as vg\nimport keras")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    assert notebook.cells[0].outputs == []
