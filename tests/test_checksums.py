"""SHA256SUMS."""

import shutil
import subprocess

import pytest

from keras_infogan import checksums


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "variables").mkdir()
    (tmp_path / "a.pb").write_bytes(b"graph")
    (tmp_path / "variables" / "b.data").write_bytes(b"")
    checksums.write(tmp_path)
    return tmp_path


def test_of_a_file_and_of_its_beginning(tmp_path):
    (tmp_path / "file").write_bytes(b"abcdef")
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1
    assert checksums.sha256(tmp_path / "file", 3) == abc
    assert checksums.sha256(tmp_path / "file") == checksums.sha256(tmp_path / "file", 9) != abc


def test_sha256sum_reads_it(folder):
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("There is no sha256sum here.")
    assert subprocess.run([program, "-c", "--quiet", "SHA256SUMS"], cwd=folder).returncode == 0


def test_what_was_altered_is_named(folder):
    assert checksums.disagreeing(folder) is None
    (folder / ".DS_Store").write_text("a hidden file more")
    assert checksums.disagreeing(folder) is None
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "README-checkpoint.md").write_text("in a hidden folder")
    assert checksums.disagreeing(folder) is None
    (folder / "README.md").write_text("a file more")
    assert checksums.disagreeing(folder) == "README.md"
    assert checksums.disagreeing(folder, free=["README.md"]) is None
    (folder / "README.md").unlink()
    (folder / "variables" / "b.data").write_bytes(b"x")
    assert checksums.disagreeing(folder) == "variables/b.data"
    (folder / "a.pb").unlink()
    assert checksums.disagreeing(folder) == "a.pb"


@pytest.mark.parametrize("content", [b"", b"\xff", b"no such file\n", b"12  "])
def test_damaged_sums_agree_with_nothing(folder, content):
    (folder / "SHA256SUMS").write_bytes(content)
    assert checksums.disagreeing(folder) is not None


def test_without_sums_nothing_is_known(tmp_path):
    (tmp_path / "a.pb").write_bytes(b"graph")
    assert checksums.disagreeing(tmp_path) is None
