"""`infogan watch`: one line with the address, the page, and its end."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from keras_infogan.commands import ports, watch

EARLIER = "tests/support/earlier_run"
PATIENCE = 60  # seconds, on a machine that does other things too


@pytest.fixture
def run(root, tmp_path):
    """A run that an earlier version has left."""
    return shutil.copytree(root / EARLIER, tmp_path / "run")


def free_port():
    with socket.socket() as probe:
        probe.bind((ports.HOST, 0))
        return probe.getsockname()[1]


def test_it_serves_the_page_until_it_is_stopped(run, root):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "keras_infogan", "watch", str(run), "--port", str(port)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=root, **pipes) as process:
        try:
            line = process.stdout.readline()
            assert line == f"{address} shows {run}. Stop with Ctrl-C.\n", process.communicate()
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                assert "finished, step 120" in answer.read().decode()
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=PATIENCE) == ("", "")
            assert process.returncode == 0
        finally:
            process.kill()


def fails(arguments, capsys):
    """The one line of a command that fails."""
    try:
        code = watch.main(arguments)
    except SystemExit as error:
        code = error.code
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("infogan watch: ")
    return err


def test_what_is_no_run_is_one_line(run, tmp_path, capsys):
    assert "is not a run: there is no" in fails([str(tmp_path / "nothing")], capsys)
    assert "is not a run: there is no" in fails([str(tmp_path)], capsys)
    (run / "metrics.jsonl").write_text('{"d_loss": 1.0}\n')
    assert "is damaged" in fails([str(run)], capsys)
    (run / "config.json").write_text("{")
    assert "is damaged" in fails([str(run)], capsys)


def test_wrong_arguments_are_one_line(run, capsys):
    assert "the following arguments are required: RUN" in fails([], capsys)
    assert "unrecognized arguments: --host" in fails([str(run), "--host"], capsys)
    assert "--port must be from 1 to 65535." in fails([str(run), "--port", "0"], capsys)


def test_a_taken_port_is_one_line(run, capsys):
    with socket.create_server((ports.HOST, 0)) as server:
        port = str(server.getsockname()[1])
        line = fails([str(run), "--port", port], capsys)
    assert f"Port {port} of 127.0.0.1 is in use: choose another with --port." in line


def test_a_run_with_parts_of_its_own_asks_for_them(run, capsys):
    config = json.loads((run / "config.json").read_text())
    config.pop("checksum", None)
    config["run"]["imports"] = ["parts_of_nobody"]
    (run / "config.json").write_text(json.dumps(config))
    assert "repeat --import parts_of_nobody." in fails([str(run)], capsys)
