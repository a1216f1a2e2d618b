"""Files that are there whole or not at all, JSON with a checksum, and tables of lines."""

import errno
import fcntl
import json
import math
import os
import pathlib

import pytest
from rights import ordinary_user

from keras_infogan.errors import StorageError, UserError
from keras_infogan.files import (
    append_jsonl,
    check_writable,
    damage_told,
    drop_later_rows,
    new_directory,
    read_json,
    read_jsonl,
    replace_with,
    write_json,
    write_jsonl,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# Whether a place can be written


def test_check_writable_makes_nothing(tmp_path):
    check_writable(tmp_path)
    check_writable(tmp_path / "a" / "b" / "c")
    check_writable(str(tmp_path / "a"))
    assert names(tmp_path) == []


def test_check_writable_takes_a_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_writable("out/evaluation")
    assert names(tmp_path) == []


def test_check_writable_refuses_a_file_and_what_is_below_it(tmp_path):
    file = tmp_path / "file"
    file.write_text("kept")
    for path in (file, file / "below", file / "far" / "below"):
        with pytest.raises(UserError, match=f"Cannot write to {file}: Not a directory"):
            check_writable(path)
    assert file.read_text() == "kept"


@pytest.mark.parametrize("rights", [0o555, 0o000])
def test_check_writable_refuses_a_folder_without_rights(shared_folder, rights):
    shared_folder.chmod(rights)
    for path in (shared_folder, shared_folder / "below"):
        with ordinary_user(), pytest.raises(UserError, match="Cannot write to .*Permission denied"):
            check_writable(path)
    shared_folder.chmod(0o755)
    assert names(shared_folder) == []


# Atomic writes


def test_write_json_is_readable_text(tmp_path):
    path = tmp_path / "summary.json"
    write_json(path, {"steps": 3, "code_to_label": {"0": None}})
    assert path.read_text().endswith("}\n")
    content = json.loads(path.read_text())
    assert len(content.pop("checksum")) == 64
    assert content == {"steps": 3, "code_to_label": {"0": None}}


def test_write_json_of_what_is_no_json_leaves_the_old_file(tmp_path):
    path = tmp_path / "summary.json"
    write_json(path, {"steps": 3})
    with pytest.raises(TypeError):
        write_json(path, {"steps": object()})
    assert read_json(path) == {"steps": 3}
    assert names(tmp_path) == ["summary.json"]


def test_replace_with_writes_beside_the_target(tmp_path):
    path = tmp_path / "picture.png"
    path.write_text("old")
    parts = []

    def write(part):
        parts.append(part)
        part.write_text("new")
        # A reader still sees the old file, whole.
        assert path.read_text() == "old"

    replace_with(path, write)
    (part,) = parts
    assert part.parent == path.parent
    assert part.suffix == ".png"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["picture.png"]


@pytest.mark.parametrize("exception", [OSError, KeyboardInterrupt])
def test_an_exception_leaves_the_old_file_and_no_part(tmp_path, exception):
    path = tmp_path / "model.keras"
    path.write_text("old")

    def write(part):
        part.write_text("half of the ne")
        raise exception

    with pytest.raises(exception):
        replace_with(path, write)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["model.keras"]


def test_an_exception_before_anything_is_written_is_told_as_it_is(tmp_path):
    def write(part):
        raise OSError("The disk is full.")

    with pytest.raises(OSError, match="The disk is full."):
        replace_with(tmp_path / "model.keras", write)
    assert names(tmp_path) == []


def test_processes_that_write_one_file_do_not_meet(tmp_path):
    path = tmp_path / "table.md"

    def write(part):
        part.write_text("the first")
        replace_with(path, lambda other: other.write_text("another, meanwhile"))
        assert path.read_text() == "another, meanwhile"

    replace_with(path, write)
    assert path.read_text() == "the first"
    assert names(tmp_path) == ["table.md"]


def test_what_a_killed_process_left_behind_gets_into_nothing(tmp_path):
    (tmp_path / ".part-table.md").write_text("half of an old and longer text")
    replace_with(tmp_path / "table.md", lambda part: part.write_text("new"))
    assert names(tmp_path) == ["table.md"]
    assert (tmp_path / "table.md").read_text() == "new"


@pytest.fixture(params=["held", "gone"])
def taken_for_dead(request, tmp_path, monkeypatch):
    """Another process removes the first part before it is locked, or is about to."""
    flock, met = fcntl.flock, []

    def lock(descriptor, operation):
        if not met:
            met.extend(tmp_path.glob(".part-*"))
            (part,) = met
            part.rmdir() if part.is_dir() else part.unlink()
            if request.param == "held":
                raise BlockingIOError
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", lock)
    return met


def test_a_part_that_another_process_takes_for_dead_is_made_again(tmp_path, taken_for_dead):
    write_json(tmp_path / "table.json", {"rows": 3})
    assert taken_for_dead
    assert read_json(tmp_path / "table.json") == {"rows": 3}
    assert names(tmp_path) == ["table.json"]


def test_a_directory_that_another_process_takes_for_dead_is_made_again(tmp_path, taken_for_dead):
    with new_directory(tmp_path) as part:
        (part / "file").write_text("whole")
        part.rename(tmp_path / "1")
    assert taken_for_dead
    assert names(tmp_path) == ["1"]
    assert (tmp_path / "1" / "file").read_text() == "whole"


@pytest.mark.parametrize("content", [{}, {"a": [1, (2, 3)], 4: 0.1, "ü": None}, {"nan": math.nan}])
def test_json_is_read_as_it_was_written(tmp_path, content):
    path = tmp_path / "file.json"
    write_json(path, content)
    assert repr(read_json(path)) == repr(json.loads(json.dumps(content)))


def test_json_that_was_altered_is_refused_and_reformatted_is_not(tmp_path):
    path = tmp_path / "config.json"
    write_json(path, {"seed": 3, "epochs": 20})
    path.write_text(json.dumps(json.loads(path.read_text()), sort_keys=True))
    assert read_json(path) == {"seed": 3, "epochs": 20}
    path.write_text(path.read_text().replace("20", "21"))
    with pytest.raises(ValueError, match="its checksum does not agree with its content"):
        read_json(path)


def test_json_that_holds_something_else_is_told_in_one_line(tmp_path):
    for read in (
        lambda: {}["a"],
        lambda: 3 + "a",
        lambda: 10.0**400,
        lambda: float("a"),
        lambda: "a".b,
    ):
        with pytest.raises(UserError, match="summary.json is damaged or of another version: "):
            with damage_told(tmp_path / "summary.json"):
                read()
    with pytest.raises(StorageError, match="^full$"), damage_told(tmp_path):
        raise StorageError("full")


def test_json_without_a_checksum_is_taken_as_it_is(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"seed": 3}')
    assert read_json(path) == {"seed": 3}
    path.write_text("[3]")
    with pytest.raises(ValueError, match="no JSON object"):
        read_json(path)


# The disk


def test_a_file_is_flushed_before_and_its_name_after_the_rename(tmp_path, monkeypatch):
    calls = []

    def noted(name, real):
        def call(*arguments):
            target = arguments[0]
            if name == "fsync":
                target = os.readlink(f"/proc/self/fd/{target}")
            calls.append((name, pathlib.Path(target).name))
            return real(*arguments)

        monkeypatch.setattr(os, name, call)

    noted("fsync", os.fsync)
    noted("replace", os.replace)
    replace_with(tmp_path / "a.json", lambda part: part.write_text("new"))
    part, folder = calls[0][1], tmp_path.name
    assert part.startswith(".part-") and part.endswith("-a.json")
    assert calls == [("fsync", part), ("replace", part), ("fsync", folder)]
    calls.clear()
    append_jsonl(tmp_path / "b.jsonl", {"step": 1})
    append_jsonl(tmp_path / "b.jsonl", {"step": 2})
    assert calls == [("fsync", "b.jsonl"), ("fsync", folder), ("fsync", "b.jsonl")]


FULL = os.strerror(errno.ENOSPC)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, FULL), FULL),
        (OSError(errno.EROFS, "Read-only file system", "x.png"), "Read-only file system"),
        (RuntimeError(f"Unable to write (errno = 28, error message = '{FULL}')"), FULL),
        (OSError("The disk is full."), "The disk is full"),
    ],
)
def test_what_the_disk_does_not_take_is_told_in_one_line(tmp_path, error, told):
    def write(part):
        part.write_text("half")
        raise error

    with pytest.raises(StorageError) as caught:
        replace_with(tmp_path / "a.png", write)
    assert str(caught.value) == f"Cannot write {tmp_path / 'a.png'}: {told}."
    assert names(tmp_path) == []


def test_another_error_while_a_file_is_written_stays_what_it_is(tmp_path):
    with pytest.raises(ZeroDivisionError):
        replace_with(tmp_path / "a.png", lambda part: 1 / 0)


def test_a_new_directory_is_there_once_renamed_or_not_at_all(tmp_path):
    base = tmp_path / "versions"
    with new_directory(base) as part:
        (part / "file").write_text("whole")
        os.rename(part, base / "1")
    with pytest.raises(ZeroDivisionError), new_directory(base) as part:
        (part / "file").write_text("half")
        raise ZeroDivisionError
    assert names(base) == ["1"]


def test_a_new_directory_clears_what_the_dead_left_and_nothing_of_the_living(tmp_path):
    (tmp_path / ".part-dead").mkdir()
    (tmp_path / ".part-dead" / "file").write_text("half")
    with new_directory(tmp_path) as living:
        assert names(tmp_path) == [living.name]
        with new_directory(tmp_path) as other:
            assert names(tmp_path) == sorted([living.name, other.name])
    assert names(tmp_path) == []


# JSONL

ROWS = [{"step": 100, "d_loss": 1.25}, {"step": 200, "d_loss": 1.0}, {"step": 250, "d_loss": 0.5}]


def test_jsonl_round_trip(tmp_path):
    path = tmp_path / "metrics.jsonl"
    write_jsonl(path, ROWS)
    assert len(path.read_text().splitlines()) == 3
    assert read_jsonl(path) == ROWS
    write_jsonl(path, [])
    assert path.read_text() == ""
    assert read_jsonl(path) == []


def test_a_missing_jsonl_has_no_rows(tmp_path):
    assert read_jsonl(tmp_path / "metrics.jsonl") == []


@pytest.mark.parametrize("torn", ['{"step": 300, "d_lo', "{", '{"step": 300, "d_loss": 0.5'])
def test_a_torn_last_line_is_left_out(tmp_path, torn):
    path = tmp_path / "metrics.jsonl"
    write_jsonl(path, ROWS)
    with path.open("a") as file:
        file.write(torn)
    assert read_jsonl(path) == ROWS


@pytest.mark.parametrize("up_to_step, count", [(99, 0), (100, 1), (249, 2), (250, 3), (1000, 3)])
def test_later_steps_are_left_out(tmp_path, up_to_step, count):
    path = tmp_path / "metrics.jsonl"
    write_jsonl(path, ROWS)
    assert read_jsonl(path, up_to_step=up_to_step) == ROWS[:count]


@pytest.mark.parametrize("line", [b"\xff\xfe", b"[3]", b"7", b'{"step": "x"}', b'{"a": 1}', b"{"])
def test_lines_that_are_no_rows_are_left_out_wherever_they_stand(tmp_path, line):
    path = tmp_path / "metrics.jsonl"
    append_jsonl(path, *ROWS[:2])
    with path.open("ab") as file:
        file.write(line + b"\n")
    append_jsonl(path, *ROWS[2:])
    assert read_jsonl(path, up_to_step=10**9) == ROWS


def test_a_log_that_needs_no_mending_is_not_written(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append_jsonl(path, *ROWS)
    before = path.stat().st_ino
    drop_later_rows(path, 250)
    assert path.stat().st_ino == before
    drop_later_rows(path, 200)
    assert path.stat().st_ino != before


def test_rows_are_appended_to_what_is_there(tmp_path):
    path = tmp_path / "metrics.jsonl"
    append_jsonl(path)
    assert path.read_text() == ""
    append_jsonl(path, *ROWS[:2])
    append_jsonl(path, *ROWS[2:])
    assert read_jsonl(path) == ROWS


def test_a_row_after_a_torn_line_has_a_line_of_its_own(tmp_path):
    path = tmp_path / "runs.jsonl"
    path.write_text('{"step": 50}\n{"step": 7')
    append_jsonl(path, ROWS[0])
    append_jsonl(path, ROWS[1])
    assert read_jsonl(path) == [{"step": 50}, *ROWS[:2]]


def test_later_rows_are_dropped(tmp_path):
    path = tmp_path / "metrics.jsonl"
    drop_later_rows(path, 0)
    assert not path.exists()
    write_jsonl(path, [{"step": step} for step in (100, 200, 300)])
    drop_later_rows(path, 200)
    assert read_jsonl(path) == [{"step": 100}, {"step": 200}]
