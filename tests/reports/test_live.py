"""The page of a run that goes on: what it shows, when it is made anew, and how it is served."""

import errno
import http.client
import json
import pathlib
import shutil
import subprocess
import sys
import threading

import pytest

from keras_infogan import files
from keras_infogan.files import append_jsonl, read_json, write_json
from keras_infogan.reports import live, page
from keras_infogan.run_dir import RunDir


@pytest.fixture
def run(make_run):
    """A run that has taken 10 of its 10 steps and is not finished."""
    return make_run(finished=False)


def go_on(run, step, **metrics):
    """The next point of a run."""
    last = json.loads(run.metrics.read_text().splitlines()[-1])
    grown = {"step": step, "epoch": step / 5, "seconds": float(step)}
    append_jsonl(run.metrics, last | grown | metrics)


def test_a_run_that_goes_on_is_shown_with_its_speed_and_the_time_left(make_run):
    run = make_run(finished=False, epochs=10)
    text = page.render_live(run.path)
    assert "not finished, step 10 of 50" in text
    assert '<progress aria-label="Steps" max="50" value="10">' in text
    # 5 steps of 8 images in 5 seconds; 40 steps are left.
    assert "<dd>8 images/s</dd>" in text and "<dt>time left</dt><dd>40 s</dd>" in text
    assert "<dt>loss of D</dt><dd>1.300</dd>" in text
    assert "<dt>information, nats</dt><dd>2.100</dd>" in text


def test_a_finished_run_has_no_time_left(make_run):
    text = page.render_live(make_run().path)
    assert "finished, step 10 of 10" in text and "One-to-one accuracy".lower() in text
    assert "<progress" not in text.partition("</style>")[2] and "time left" not in text


def test_a_run_that_was_made_longer_is_shown_as_one_that_goes_on(make_run, evaluate):
    run = make_run(epochs=4)
    evaluate(run)
    go_on(run, 15)
    text = page.render_live(run.path)
    assert "not finished, step 15 of 20" in text
    assert '<progress aria-label="Steps" max="20" value="15">' in text
    assert "<dt>time left</dt><dd>5 s</dd>" in text
    assert f"infogan train --resume {run.path}<" in text
    assert "Its scores are those of step 10." in text
    append_jsonl(run.evaluations, read_json(run.evaluation) | {"step": 15, "epoch": 3.0})
    assert "Its scores are those of step 10." not in page.render_live(run.path)
    write_json(run.summary, read_json(run.summary) | {"steps": 20})
    assert "<dd>finished, step 20 of 20</dd>" in page.render_live(run.path)


def test_a_failed_run_says_so(make_run):
    text = page.render_live(make_run(metrics={"d_loss": float("nan")}).path)
    assert "<b>The run failed</b> by step 10" in text


def test_the_page_follows_the_files(run):
    shown = live.LivePage(run.path)
    tag, content = shown.read()
    assert b"step 10 of 10" in content
    go_on(run, 15)
    other, content = shown.read()
    assert other != tag and b"step 15 of 10" in content
    write_json(run.summary, {"steps": 15, "seconds": 15.0})
    assert b"finished, step 15" in shown.read()[1]


def test_the_page_is_made_anew_only_if_files_have_changed(run, monkeypatch):
    made = []
    monkeypatch.setattr(page, "render_live", lambda path: made.append(path) or "page")
    shown = live.LivePage(run.path)
    assert shown.read() == shown.read() and len(made) == 1
    run.image("noise-by-code", 20).write_bytes(run.image("noise-by-code", 10).read_bytes())
    shown.read()
    assert len(made) == 2


def test_the_page_follows_the_start_that_trains(make_run):
    run = make_run(finished=False, starts=2, shear=0.3)
    run.metrics.unlink()
    start = make_run("run/starts/1", finished=False)
    shown = live.LivePage(run.path)
    assert b"step 10 of 10" in shown.read()[1]
    go_on(start, 15)
    tag, content = shown.read()
    assert b"step 15 of 10" in content
    start.image("noise-by-code", 15).write_bytes(start.image("noise-by-code", 10).read_bytes())
    assert shown.read()[0] != tag
    make_run("run/starts/2", finished=False)
    assert b"step 10 of 10" in shown.read()[1]


def test_scores_on_the_way_of_an_earlier_version_are_shown(root, tmp_path):
    run = RunDir(shutil.copytree(root / "tests" / "support" / "earlier_run", tmp_path / "run"))
    append_jsonl(run.evaluations, read_json(run.evaluation) | {"step": 120, "epoch": 1.9})
    run.evaluation.unlink()
    run.summary.unlink()
    text = page.render_live(run.path)
    assert "not finished, step 120" in text
    assert "one-to-one, held-out images 0.200 to 0.200" in text  # the chart
    assert '<th scope="row">information about the label</th><td>0.180 nats</td>' in text


def test_damage_is_told_on_the_page_until_it_is_mended(run):
    shown = live.LivePage(run.path)
    whole = read_json(run.config)
    run.config.unlink()
    assert b"is not a run: there is no" in shown.read()[1]
    write_json(run.config, whole)
    assert b"step 10 of 10" in shown.read()[1]


def test_a_file_that_is_mended_in_place_is_read_again(run):
    shown = live.LivePage(run.path)
    whole = run.config.read_bytes()
    run.config.write_bytes(b"{")
    assert b"is damaged" in shown.read()[1]
    run.config.write_bytes(whole)
    assert b"step 10 of 10" in shown.read()[1]


def test_a_file_that_cannot_be_looked_at_ends_nothing(run, monkeypatch):
    stat = pathlib.Path.stat

    def stale(path, **options):
        if path == run.metrics:
            raise OSError(errno.ESTALE, "Stale file handle")
        return stat(path, **options)

    monkeypatch.setattr(pathlib.Path, "stat", stale)
    assert b"</html>" in live.LivePage(run.path).read()[1]


def test_a_summary_that_is_written_while_the_files_are_read_is_no_damage(make_run, monkeypatch):
    run = make_run()
    content = read_json(run.summary)
    run.summary.unlink()
    read_summary = RunDir.read_summary

    def read_while_it_finishes(run):
        found = read_summary(run)
        write_json(run.summary, content)
        return found

    monkeypatch.setattr(RunDir, "read_summary", read_while_it_finishes)
    assert "not finished, step 10 of 10" in page.render_live(run.path)


def test_a_path_that_is_not_utf_8_is_shown(run):
    path = run.path.rename(run.path.with_name("caf\udce9"))
    assert b"caf\\udce9" in live.LivePage(path).read()[1]


def test_a_point_that_is_added_while_the_files_are_read_is_no_damage(run, monkeypatch):
    read_jsonl = files.read_jsonl

    def read_while_it_trains(path, *up_to_step):
        rows = read_jsonl(path, *up_to_step)
        if path == run.metrics:
            go_on(run, rows[-1]["step"] + 5)
        return rows

    monkeypatch.setattr(files, "read_jsonl", read_while_it_trains)
    assert "not finished, step 10 of 10" in page.render_live(run.path)


def test_a_directory_in_a_files_place_is_told_on_the_page(run):
    run.metrics.unlink()
    run.metrics.mkdir()
    assert b"Is a directory" in live.LivePage(run.path).read()[1]


def test_it_needs_no_tensorflow(run):
    program = (
        "import sys; from keras_infogan.reports import live; "
        "assert b'step 10' in live.LivePage(sys.argv[1]).read()[1]; "
        "print({'tensorflow', 'keras'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program, str(run.path)]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("set()\n", "")


def test_the_server_answers_with_the_page_and_with_nothing_else(run):
    with live.LiveServer(("127.0.0.1", 0), live.LivePage(run.path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def get(path, method="GET", **headers):
            connection = http.client.HTTPConnection(*server.server_address)
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers["ETag"], answer.read()

        status, tag, content = get("/")
        assert status == 200 and content == server.page.read()[1]
        assert get("/", **{"If-None-Match": tag}) == (304, tag, b"")
        go_on(run, 15)
        assert get("/", **{"If-None-Match": tag})[0] == 200
        for host in ("127.0.0.1", "LocalHost:9000", "[::1]:7861"):
            assert get("/", Host=host)[0] == 200
        for host in ("evil.example", "localhost.evil.example:7861", "localhost:x", ""):
            status, _, content = get("/", Host=host)
            assert status == 403 and b"step 15" not in content
        assert get("/?again=1")[0] == 200
        assert get("/", "HEAD") == (200, server.page.read()[0], b"")
        assert get("/config.json")[0] == get("/../config.json")[0] == 404
        server.shutdown()
