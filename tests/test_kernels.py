"""Kernels for grading: quick to start, a world of their own, gone when their client is."""

import asyncio
import contextlib
import itertools
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from queue import Empty
from types import SimpleNamespace

import psutil
import pytest
from jupyter_client import BlockingKernelClient
from nbclient.util import run_sync
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from vgcourse.errors import CourseError
from vgcourse.grading.confinement import confined, isolation, jupyter, kernels, linux, sandbox, seccomp
from vgcourse.grading.confinement.isolation import LANDLOCK, NAMESPACES, PROCESS, Isolation
from vgcourse.grading.confinement.limits import MB, Limits, usage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
ROOT = Path(__file__).parent.parent


class Session:
    """A kernel to which code is sent; ``run`` returns what it printed, or the name of its error."""

    def __init__(self, **settings):
        self.kernel, connection = kernels.start_kernel(**settings)
        self.client = BlockingKernelClient()
        self.client.load_connection_info(connection)
        self.client.start_channels(hb=False)
        self.client.wait_for_ready(30)

    def run(self, code, timeout=60):
        heard = []
        reply = self.client.execute_interactive(
            code, timeout=timeout, allow_stdin=False, output_hook=lambda m: heard.append(_shown(m))
        )
        return reply["content"].get("ename") or "".join(heard).strip()

    def close(self):
        self.client.stop_channels()
        return self.kernel.end()


@contextlib.contextmanager
def session(**settings):
    opened = Session(**settings)
    try:
        yield opened
    finally:
        opened.close()


def _shown(message):
    content = message["content"]
    return content.get("text") or " ".join(content.get("data", {}))


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def processes():
    """What has been forked from the warm parent."""
    return psutil.Process(kernels.warm_parent().pid).children(recursive=True)


@pytest.fixture(params=[NAMESPACES, LANDLOCK, PROCESS])
def level(request):
    """Each level of isolation that this machine has."""
    choice = "auto" if request.param == NAMESPACES else request.param
    if kernels.isolation_here(choice).level != request.param:
        pytest.skip(f"no {request.param} here")
    return choice


# --- what a kernel is


def test_a_kernel_runs_the_scientific_stack_without_importing_it_again(level):
    code = "import tensorflow as tf, keras, time\nprint(float(tf.reduce_sum([1.0, 2.0])), time.process_time() < 3)"
    with session(isolation=level) as kernel:
        assert kernel.run(code) == "3.0 True"


def test_fitting_works_in_a_fork():
    code = (
        "import keras, numpy as np\nm = keras.Sequential([keras.layers.Dense(1)])\nm.compile('rmsprop', 'mse')\n"
        "print(len(m.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2, verbose=0).history['loss']))"
    )
    for _ in range(2):
        with session() as kernel:
            assert kernel.run(code) == "2"


def test_the_working_folder_is_a_copy_without_links_and_notebooks(tmp_path, level):
    handed = tmp_path / "c[1] ünicode 🙂"
    (handed / "deep" / "er").mkdir(parents=True)
    (handed / "deep" / "er" / "data.txt").write_text("data")
    (handed / "circles.ipynb").write_text("holds the hidden tests")
    (handed / "secret").symlink_to("/etc/hostname")
    (handed / "out").symlink_to(tmp_path)
    with session(files=handed, isolation=level) as kernel:
        found = kernel.run("import os; print(sorted(f for _, ds, fs in os.walk('.') for f in ds + fs))")
        assert found == "['data.txt', 'deep', 'er']"
        assert kernel.run("for p in ('new.txt', 'deep/er/data.txt'): _ = open(p, 'a').write('x')") == ""
    assert (handed / "deep" / "er" / "data.txt").read_text() == "data"
    assert sorted(path.name for path in handed.iterdir()) == ["circles.ipynb", "deep", "out", "secret"]


def test_the_environment_holds_what_a_kernel_needs_and_no_more(monkeypatch, level):
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with session(isolation=level) as kernel:
        env = json.loads(kernel.run("import os, json; print(json.dumps(dict(os.environ)))"))
    assert env["NBGRADER_EXECUTION"] == "autograde" and "PATH" in env
    assert "GITHUB_TOKEN" not in env and env["HOME"] != os.environ.get("HOME")


def test_a_seed_starts_the_generators_and_two_kernels_are_not_twins():
    code = (
        "import random, numpy as np, keras; print(random.random(), np.random.rand(), float(keras.random.normal(())))"
    )
    drawn = []
    for seed in (1, 1, 2):
        with session(seed=seed) as kernel:
            drawn.append(kernel.run(code))
    assert drawn[0] == drawn[1] != drawn[2]


def test_figures_appear_and_settings_of_the_instructor_do_not():
    with session() as kernel:
        assert "image/png" in kernel.run("import matplotlib.pyplot as plt; plt.plot([1]); plt.show()")
        assert kernel.run("import os; print(os.path.exists(os.path.expanduser('~/.keras')))") == "False"


# --- what a kernel cannot do


def test_nothing_of_the_course_is_to_be_seen(tmp_path):
    if kernels.isolation_here().level != NAMESPACES:
        pytest.skip("no namespaces here")
    (tmp_path / "gradebook.db").write_text("secret")
    paths = [str(tmp_path), str(ROOT / "tests"), str(ROOT / "lessons")]
    look = f"import os; print([os.path.exists(p) for p in {paths}])"
    with session() as kernel:
        assert kernel.run(look) == "[False, False, False]"
        assert kernel.run("print(os.path.exists('/etc/shadow'), os.listdir('/home'))") == "False ['student']"


def test_hidden_paths_are_covered_inside_a_library_folder(tmp_path):
    if kernels.isolation_here().level != NAMESPACES:
        pytest.skip("no namespaces here")
    inside = Path(sys.prefix) / "share" / "hidden-by-a-test"
    inside.mkdir()
    try:
        (inside / "solution.py").write_text("secret")
        with session(hidden=(inside,)) as kernel:
            assert kernel.run(f"import os; print(os.listdir({str(inside)!r}))") == "[]"
        assert (inside / "solution.py").read_text() == "secret"
    finally:
        shutil.rmtree(inside)


@pytest.mark.parametrize("choice", ["auto", LANDLOCK])
def test_the_system_and_the_package_are_read_only(choice):
    if kernels.isolation_here(choice).level == PROCESS:
        pytest.skip("no isolation here")
    code = (
        "import vgcourse, numpy, os\nfailed = 0\n"
        "for p in [vgcourse.__file__, numpy.__file__, '/usr/x', '/etc/x', os.path.dirname(numpy.__file__) + '/x']:\n"
        "    try: open(p, 'a')\n    except OSError: failed += 1\nprint(failed)"
    )
    with session(isolation=choice) as kernel:
        assert kernel.run(code) == "5"


def test_landlock_alone_hides_the_course(tmp_path):
    if kernels.isolation_here(LANDLOCK).level != LANDLOCK:
        pytest.skip("no Landlock here")
    secret = tmp_path / "gradebook.db"
    secret.write_text("secret")
    tmp_path.chmod(0o755)
    with session(isolation=LANDLOCK) as kernel:
        assert kernel.run(f"open({str(secret)!r})") == "PermissionError"
        assert kernel.run("import os; os.listdir('/proc/1')") in ("PermissionError", "FileNotFoundError")
        assert kernel.run(f"os.kill({os.getpid()}, 15)") == "PermissionError"


def test_the_network_is_closed(level):
    with session(isolation=level) as kernel:
        assert kernel.run("import socket; socket.create_connection(('127.0.0.1', 9), 2)") in (
            "OSError",
            "PermissionError",
        )
        assert (
            kernel.run("socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))") == "OSError"
        )


def test_no_rights_are_left(level):
    with session(isolation=level) as kernel:
        assert kernel.run("print(open('/proc/self/status').read().split('CapEff:')[1].split()[0])") == "0" * 16
        error = kernel.run("import os; os.setuid(0) if os.getuid() else os.setuid(1)")
        assert error in ("PermissionError", "OSError")
        assert kernel.run("import ctypes; print(ctypes.CDLL(None).unshare(0x10000000))") == "-1"


def test_two_kernels_do_not_see_each_other():
    if kernels.isolation_here().level != NAMESPACES:
        pytest.skip("no namespaces here")
    with session() as one, session() as other:
        one.run("open('/tmp/mark', 'w').write('x'); open('/dev/shm/mark', 'w').write('x')")
        look = "import os; print('mark' in os.listdir('/tmp'), os.listdir('/dev/shm'))"
        assert other.run(look) == "False []"
        assert one.run("import os; print(sum(n.isdigit() for n in os.listdir('/proc')))") == "2"


# --- limits


def test_memory_is_limited_with_an_error_that_a_cell_survives():
    with session(limits=Limits(memory=300 * MB)) as kernel:
        assert kernel.run("x = bytearray(700_000_000)") == "MemoryError"
        assert kernel.run("x = bytearray(100_000_000); print(len(x))") == "100000000"


@pytest.mark.parametrize(
    ("limits", "code", "says"),
    [
        (
            Limits(memory=200 * MB),
            "import os, time\nfor _ in range(6):\n  if os.fork() == 0:\n"
            "    x = bytearray(os.urandom(1) * 150_000_000); time.sleep(30)\ntime.sleep(30)",
            "more than the 200 MB of memory",
        ),
        (Limits(seconds=1), "import time; time.sleep(30)", "longer than the 1 s"),
    ],
    ids=["memory of all processes", "wall time"],
)
def test_a_limit_that_is_passed_ends_the_kernel_and_is_named(limits, code, says):
    opened = Session(limits=limits)
    opened.client.execute(code)
    assert until(lambda: opened.kernel.poll() is not None)
    assert says in opened.close().reason


def test_files_are_limited(level):
    with session(limits=Limits(files=20 * MB), isolation=level) as kernel:
        assert kernel.run("open('big', 'wb').write(b'x' * 30_000_000)") == "OSError"


def test_processes_are_limited_by_the_system_or_by_the_keeper(level):
    code = "import threading as t, time\nfor _ in range(400): t.Thread(target=time.sleep, args=(9,)).start()"
    with session(limits=Limits(processes=40), isolation=level) as kernel:
        try:
            assert kernel.run(code, timeout=4) == "RuntimeError"
        except TimeoutError:  # root may start as many as it likes
            assert "more than the 40 processes" in kernel.kernel.poll().reason


def test_an_interrupt_reaches_the_cell_and_not_the_kernel():
    with session() as kernel:
        kernel.client.execute("import time; time.sleep(60)")
        time.sleep(0.3)
        kernel.kernel.interrupt()
        assert kernel.client.get_shell_msg(timeout=20)["content"]["ename"] == "KeyboardInterrupt"
        assert kernel.run("print('alive')") == "alive"


def test_usage_counts_what_was_written_since_the_fork():
    mine = usage([os.getpid()], 0)
    assert mine.processes == 1 and mine.threads >= 1 and mine.memory > 10 * MB
    assert usage([os.getpid()], mine.memory + MB).memory < 5 * MB
    assert usage([2**22 + 1], 0).processes == 0


# --- the end


def test_the_end_takes_everything_with_it(level):
    opened = Session(isolation=level)
    opened.run("import subprocess; p = subprocess.Popen(['sleep', '1000'], start_new_session=True)")
    opened.run(
        "import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(1000)\n  os._exit(0)"
    )
    assert len(processes()) >= 4
    ending = opened.close()
    assert until(lambda: not processes())
    assert ending.reason == "" and ending.cpu > 0 and not Path(opened.kernel.folder).exists()


def test_a_kernel_ends_when_its_client_goes(level):
    opened = Session(isolation=level)
    opened.client.stop_channels()
    opened.kernel._channel.close()
    assert until(lambda: not processes())
    shutil.rmtree(opened.kernel.folder)


def test_a_killed_keeper_takes_its_kernel_along(level):
    opened = Session(isolation=level)
    opened.run("import ctypes; ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)")  # no longer told of its parent's end
    os.kill(opened.kernel.keeper, signal.SIGKILL)
    assert until(lambda: not processes())
    assert opened.close().cause == "lost"
    with session(isolation=level) as kernel:
        assert kernel.run("print(1)") == "1"


def test_a_killed_warm_parent_takes_its_kernels_along_and_is_replaced():
    opened = Session()
    everything = [psutil.Process(kernels.warm_parent().pid), *processes()]
    everything[0].kill()
    assert until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in everything))
    assert opened.kernel.poll() is not None
    opened.close()
    with session() as kernel:
        assert kernel.run("print(1)") == "1"


def test_a_killed_grader_leaves_nothing(tmp_path):
    code = (
        "import psutil, time\nfrom vgcourse.grading.confinement import kernels\n"
        "p = kernels.WarmParent(stack=('ipykernel.kernelapp',))\n"
        "kernels.warm_parent = lambda stack=(): p\nkernels.start_kernel()\n"
        "found = lambda: [c.pid for c in psutil.Process(p.pid).children(recursive=True)]\n"
        # A keeper and its kernel; psutil may miss one of them, now and the next time.
        "while len(seen := found()) < 2: time.sleep(0.05)\n"
        "print(p.base, p.pid, *seen, flush=True)\n"
        "time.sleep(100)"
    )
    grader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    base, *pids = grader.stdout.readline().split()
    assert len(pids) >= 3
    grader.kill()
    grader.wait()
    assert until(lambda: not any(psutil.pid_exists(int(pid)) for pid in pids))
    assert until(lambda: not os.path.exists(base))


# --- nbgrader


def notebook(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def test_an_unchanged_nbgrader_takes_the_kernel_from_a_kernelspec(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "")
    jupyter.register()
    (tmp_path / "data.txt").write_text("data")
    nb = notebook(
        "print(open('data.txt').read())", "import os; os.getcwd()", "1/0", "import sys; sys.stdout.write('on')"
    )
    execute = Execute(config=Config({"Execute": {"kernel_name": "vgcourse-grading"}}))
    execute.preprocess(nb, {"metadata": {"path": str(tmp_path)}})
    outputs = [cell.outputs[0] for cell in nb.cells]
    assert outputs[0].text == "data\n" and str(tmp_path) not in outputs[1].data["text/plain"]
    assert outputs[2].ename == "ZeroDivisionError" and outputs[3].text == "on"
    assert until(lambda: not processes())


def test_a_manager_needs_no_kernelspec_and_cuts_what_is_too_much():
    config = Config({"GradingProvisioner": {"cell_output_mb": 1}, "Execute": {"timeout": 20}})
    nb = notebook("for i in range(10**9): print('x' * 1000)", "print('on')")
    Execute(config=config, kernel_manager_class=jupyter.GradingKernelManager).preprocess(nb, {"metadata": {}})
    written = "".join(output.get("text", "") for output in nb.cells[0].outputs)
    assert len(written) < 1.1 * MB and "the rest is left out" in written
    assert nb.cells[1].outputs[0].text == "on\n"


def test_a_plain_kernel_where_nothing_can_be_forked_has_a_folder_and_a_home_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(jupyter, "PROVISIONER", jupyter.PlainProvisioner)
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    (tmp_path / "data.txt").write_text("data")
    nb = notebook("import os; print(open('data.txt').read(), os.getcwd(), os.environ)")
    Execute(kernel_manager_class=jupyter.GradingKernelManager).preprocess(nb, {"metadata": {"path": str(tmp_path)}})
    written = nb.cells[0].outputs[0].text
    assert written.startswith("data /") and str(tmp_path) not in written and "GITHUB_TOKEN" not in written


def test_the_plain_kernel_refuses_where_isolation_is_required(monkeypatch):
    monkeypatch.setattr(jupyter, "PROVISIONER", jupyter.PlainProvisioner)
    config = Config({"PlainProvisioner": {"isolation": "required"}})
    execute = Execute(config=config, kernel_manager_class=jupyter.GradingKernelManager)
    with pytest.raises(CourseError, match="Isolation is required"):
        execute.preprocess(notebook("1"), {"metadata": {}})


# --- saying so


def test_what_is_missing_is_said_in_one_line_and_required_refuses(monkeypatch):
    assert Isolation(NAMESPACES).notice() is None
    poor = Isolation(PROCESS, ("no namespaces (unshare: Operation not permitted)",))
    assert poor.notice().startswith("NOT ISOLATED") and "\n" not in poor.notice() and "unshare" in poor.notice()
    monkeypatch.setitem(kernels.warm_parent().isolation, "required", poor)
    with pytest.raises(CourseError, match=r"Isolation is required.*NOT ISOLATED"):
        kernels.start_kernel(isolation="required")
    with pytest.raises(CourseError, match="isolation is one of"):
        kernels.start_kernel(isolation="none")


def test_without_namespaces_the_next_best_is_found(monkeypatch):
    def refuse(*_):
        raise PermissionError("unshare: Operation not permitted")

    monkeypatch.setattr(sandbox, "enter", refuse)
    assert isolation.find_out("auto").level in (LANDLOCK, PROCESS)
    monkeypatch.setattr(isolation.landlock, "version", lambda: 0)
    found = isolation.find_out("auto")
    assert found.level == PROCESS and "unshare" in found.notice() and "Landlock" in found.notice()


def test_the_filter_of_system_calls_jumps_where_it_should():
    for machine in ("x86_64", "aarch64"):
        for shared in (False, True):
            program = seccomp._program(machine, shared)
            for place, step in enumerate(program):
                if step.code in (seccomp._JEQ, seccomp._JGE, seccomp._JSET):
                    assert place + 1 + max(step.if_true, step.if_false) < len(program)
            assert program[-1] == seccomp._Step(seccomp._RET, seccomp._ALLOW) and len(program) < 4096


AS_ORDINARY_USER = """
mkdir -p "$1/keep"; mount --bind "$2" "$1/keep"; mount -t tmpfs -o mode=755 tmpfs /root
mkdir -p "$2"; mount --move "$1/keep" "$2"
export HOME="$1/home"; exec setpriv --reuid=65534 --regid=65534 --clear-groups "$3" -c "$4"
"""


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="these tests run as an ordinary user already"
)
@pytest.mark.skipif(not (shutil.which("unshare") and shutil.which("setpriv")), reason="no setpriv")
def test_an_ordinary_user_gets_the_same_world(tmp_path):
    """As root nothing is refused; so the same again as nobody, with Python's own folder in sight."""
    code = (
        "import os\nfrom jupyter_client import BlockingKernelClient\n"
        "from vgcourse.grading.confinement import kernels\n"
        "k, c = kernels.start_kernel()\nkc = BlockingKernelClient(); kc.load_connection_info(c)\n"
        "kc.start_channels(hb=False); kc.wait_for_ready(60)\n"
        "look = 'import os, tensorflow as tf; print(int(tf.add(1, 2)), os.listdir(\"/home\"))'\n"
        "kc.execute_interactive(look, timeout=60)\n"
        "print(os.getuid(), kernels.isolation_here().level, [k.end().cause])"
    )
    (tmp_path / "home").mkdir()
    for path in (tmp_path, tmp_path / "home", *tmp_path.parents[:2]):
        path.chmod(0o777)
    words = [str(tmp_path), sys.base_prefix, sys.executable, code]
    command = ["unshare", "-m", "sh", "-ec", AS_ORDINARY_USER, "sh", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, cwd=ROOT)
    if "Operation not permitted" in done.stderr:
        pytest.skip("no mounts here")
    assert done.stdout.splitlines() == ["3 ['student']", "65534 namespaces ['']"], done.stderr[-2000:]


class Line:
    """A channel on which these messages arrive; None: nothing in time."""

    def __init__(self, *messages):
        self.messages = list(messages)

    async def get_msg(self, timeout):
        if self.messages and (message := self.messages.pop(0)):
            return message
        await asyncio.sleep(timeout / 100)
        raise Empty

    def stop(self):
        pass


@pytest.fixture
def starting(monkeypatch):
    """A client whose kernel is starting, under a clock that goes a day forward whenever it is read."""

    def client(*shell):
        made = jupyter.LimitedClient()
        made._shell_channel, made._iopub_channel = Line(*shell), Line({"msg_type": "status"})
        monkeypatch.setattr(made, "kernel_info", lambda: None)
        monkeypatch.setattr(made, "_handle_kernel_info_reply", lambda message: None)
        return made

    async def alive(self):
        return True

    days = itertools.count(0, 86400)
    monkeypatch.setattr(jupyter.LimitedClient, "_async_is_alive", alive)
    monkeypatch.setattr(time, "time", lambda: next(days))
    return client


def test_a_clock_set_forward_while_a_kernel_starts_is_no_reason_to_give_it_up(starting):
    run_sync(starting(None, None, {"msg_type": "kernel_info_reply"}).wait_for_ready)(timeout=60)


def test_a_kernel_that_never_answers_is_given_up_in_time(starting):
    began = time.monotonic()
    with pytest.raises(RuntimeError, match=r"did not answer within 0.2 s"):
        run_sync(starting().wait_for_ready)(timeout=0.2)
    assert time.monotonic() - began < 5


SHARED = """
import os, resource, signal, sys
from vgcourse.grading.confinement import linux, seccomp
victim, file = int(sys.argv[1]), sys.argv[2]
linux.forbid_new_privileges()
seccomp.install(shared_system=True)
os.chmod(file, 0), os.utime(file, (1, 1)), os.chown(file, os.getuid(), os.getgid())
resource.prlimit(0, resource.RLIMIT_CORE, (0, 0)), os.sched_setaffinity(0, os.sched_getaffinity(0))
resource.prlimit(victim, resource.RLIMIT_CPU, (1, 1)), os.sched_setaffinity(victim, {0})
os.setpriority(os.PRIO_PROCESS, victim, 19)
for reach in (
    lambda: os.kill(victim, 9), lambda: os.truncate(file, 0),
    lambda: signal.pidfd_send_signal(os.pidfd_open(victim), 9),
):
    try:
        reach()
        print("LEAK", reach)
    except PermissionError:
        pass
"""


@pytest.mark.skipif(linux.machine() is None, reason="system calls as on Linux")
def test_on_a_shared_system_no_process_and_no_file_of_the_graders_can_be_changed(tmp_path):
    file = tmp_path / "gradebook.db"
    file.write_text("marks")
    before = file.stat()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as victim:
        done = subprocess.run(
            [sys.executable, "-c", SHARED, str(victim.pid), str(file)], capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stdout) == (0, ""), done
        assert os.getpriority(os.PRIO_PROCESS, victim.pid) == os.getpriority(os.PRIO_PROCESS, 0)
        assert os.sched_getaffinity(victim.pid) == os.sched_getaffinity(0)
        assert resource.prlimit(victim.pid, resource.RLIMIT_CPU) == resource.getrlimit(resource.RLIMIT_CPU)
        victim.communicate(b"\n")
    after = file.stat()
    assert (after.st_mode, after.st_mtime, file.read_text()) == (before.st_mode, before.st_mtime, "marks")
    assert victim.returncode == 0


def test_a_deep_traceback_is_cut_before_its_frames_are_read():
    def endless(n):
        return endless(n + 1)

    def raised():
        try:
            endless(0)
        except RecursionError as error:
            raise ValueError("an error while another was handled") from error

    def depths(etype, evalue, etb):
        return [len([*traceback.walk_tb(tb)]) for tb in (etb, evalue.__cause__.__traceback__)]

    formatter = SimpleNamespace(structured_traceback=depths)
    confined.shorten_tracebacks(formatter)
    with pytest.raises(ValueError) as caught:
        raised()
    outer, inner = formatter.structured_traceback(caught.type, caught.value, caught.tb)
    assert outer < 5 and inner == confined.MOST_FRAMES
