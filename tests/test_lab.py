import io
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from socket import socket

import psutil
import pytest

from vgcourse import lab
from vgcourse.cli import main


def free_port():
    with closing(socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def serving(root):
    port = free_port()
    command = lab.lab_command(root, port, browser=False)
    command += ["--IdentityProvider.token=course"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def get(address, path):
    with urllib.request.urlopen(f"{address}{path}{'&' if '?' in path else '?'}token=course", timeout=20) as answer:
        return answer.read().decode()


def wait_for(address):
    for _ in range(120):
        try:
            return get(address, "/api/status")
        except OSError:
            time.sleep(0.5)
    raise AssertionError("JupyterLab did not start within a minute")


def test_lab_opens_the_first_lesson_without_news_and_wraps_long_lines(root):
    assert any(part.endswith(lab.FIRST) for part in lab.lab_command(root, 1, browser=True))
    assert (root / lab.FIRST).is_file()
    with serving(root) as address:
        wait_for(address)
        settings = json.loads(get(address, "/lab/api/settings/@jupyterlab/apputils-extension:notification"))
        default = settings["schema"]["properties"]["fetchNews"]["default"]
        assert default == "false"
        tracker = json.loads(get(address, "/lab/api/settings/@jupyterlab/notebook-extension:tracker"))
        assert tracker["schema"]["properties"]["codeCellConfig"]["default"]["lineWrap"] is True
        page = get(address, "/lab")
        assert re.search(r"validate_assignment|nbgrader", page)  # the Validate button's extension is loaded


def test_a_sentence_says_when_the_lab_is_up(root):
    port = free_port()
    command = [sys.executable, "-m", "vgcourse", "lab", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout.readline().startswith("Starting JupyterLab")
        address = re.fullmatch(r"The course is open at (\S+)\n", server.stdout.readline())[1]
        page = urllib.request.urlopen(address, timeout=60).read().decode()
    finally:
        started = psutil.Process(server.pid).children(recursive=True)
        for process in [server, *started]:
            process.kill()
        server.wait(20)
    assert f":{port}/" in address and lab.FIRST in address and "JupyterLab" in page


def test_the_lab_is_called_open_when_it_is_ours_and_answers(monkeypatch, tmp_path, capsys):
    listener, port = socket(), free_port()

    class Server:
        pid, looks = os.getpid(), 0

        def poll(self):
            self.looks += 1
            assert not capsys.readouterr().out, "said before anybody listened"
            if self.looks == 2:
                note(port)
            if self.looks == 4:
                listener.bind(("127.0.0.1", port))
                listener.listen()
            assert self.looks < 40

    def note(port):
        found = {"pid": os.getpid(), "port": port, "hostname": "127.0.0.1", "url": f"http://127.0.0.1:{port}/"}
        (tmp_path / f"jpserver-{os.getpid()}.json").write_text(json.dumps(found | {"token": ""}))

    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(lab, "LOOK_SECONDS", 0.01)
    note(1234)  # that of a killed server with the same number
    with closing(listener):
        server = Server()
        lab._say_when_up(server, 8000)
    said = capsys.readouterr().out
    assert f":{port}/" in said and ":1234/" not in said and "Port 8000 is taken" in said
    assert server.looks >= 4


def test_lab_outside_a_course_says_where_to_go(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["lab"]) == 2
    assert "Go to the repository you cloned" in capsys.readouterr().err


def test_a_module_in_the_courses_folder_is_not_taken_for_one_of_pythons(tmp_path):
    (tmp_path / "queue.py").write_text("raise SystemExit('not this one')")
    command = lab.lab_command(tmp_path, 1, browser=False)
    command = [*command[: command.index("jupyterlab") + 1], "--version"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True)
    assert found.returncode == 0, found.stderr


def test_a_folder_of_lessons_without_settings_of_nbgraders_is_not_told_so(tmp_path):
    command = [sys.executable, "-c", "from nbgrader.apps.baseapp import NbGrader; NbGrader().load_config_file()"]
    found = subprocess.run(command, cwd=tmp_path, env=lab.lab_environment(), capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")


def test_lab_without_jupyterlab_says_what_to_install(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["lab"]) == 2
    assert "make lab" in capsys.readouterr().err


def test_ctrl_c_leaves_jupyterlab_its_question_and_waits_for_the_end(root, monkeypatch):
    class Server:
        ends, pid = iter([KeyboardInterrupt, 0]), -1

        def poll(self):
            return 0

        def wait(self):
            end = next(self.ends)
            if end is KeyboardInterrupt:
                raise end
            return end

    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: Server())
    assert lab.open_lab(root, 8888) == 0 and next(Server.ends, "all asked") == "all asked"


def test_a_stream_that_knows_no_check_mark_gets_a_question_mark(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr("vgcourse.cli.learning._check", lambda options: print("✓ Right") or 0)
    assert main(["check", "01_circles"]) == 0
    stream.flush()
    assert stream.buffer.getvalue().startswith(b"? Right")


def test_help_answers_without_tensorflow():
    answer = subprocess.run([sys.executable, "-m", "vgcourse", "--help"], capture_output=True, text=True, check=True)
    assert all(command in answer.stdout for command in ("lab", "check", "build", "grade", "reproduce"))


@pytest.mark.parametrize("command", ["lab", "check", "build", "grade", "demo", "reproduce"])
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0 and len(capsys.readouterr().out) > 60
