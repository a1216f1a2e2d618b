"""Checkpoints on the disk: whole and unaltered, or passed over by name."""

import os
import zipfile

import pytest

from keras_infogan import checkpoints
from keras_infogan.errors import StorageError, UserError
from keras_infogan.files import append_jsonl


@pytest.fixture
def three(tmp_path):
    """Paths of the checkpoints of steps 3, 7 and 12."""
    paths = [tmp_path / f"step-{step:09d}.keras" for step in (3, 7, 12)]
    for number, path in enumerate(paths):
        checkpoints.save(
            path, lambda part, number=number: part.write_bytes(b"model" * 9 * (number + 1))
        )
    return paths


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_newest_sound_one_is_found(three, tmp_path, capsys):
    assert checkpoints.newest(tmp_path) == three[-1]
    assert checkpoints.there(tmp_path) == three
    assert [checkpoints.step_of(path) for path in three] == [3, 7, 12]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("of", [".keras", ".json"])
@pytest.mark.parametrize("damage", ["cut", "emptied", "a byte changed", "a byte more"])
def test_a_damaged_one_is_named_and_the_one_before_is_used(three, tmp_path, capsys, damage, of):
    path = three[-1].with_suffix(of)
    content = path.read_bytes()
    altered = {
        "cut": content[:-9],
        "emptied": b"",
        "a byte changed": content[:20] + bytes([content[20] ^ 1]) + content[21:],
        "a byte more": content + b"x",
    }[damage]
    path.write_bytes(altered)
    assert checkpoints.newest(tmp_path) == three[1]
    line = capsys.readouterr().err
    assert line.startswith(f"{three[-1]} is damaged: ") and line.count("\n") == 1
    assert line.endswith("; step-000000007.keras is used instead.\n")
    assert checkpoints.newest(tmp_path, quietly=True) == three[1]
    assert capsys.readouterr().err == ""


def test_a_lack_of_memory_is_not_taken_for_damage(three, tmp_path, monkeypatch):
    def sha256(path):
        raise MemoryError

    monkeypatch.setattr(checkpoints.checksums, "sha256", sha256)
    with pytest.raises(MemoryError):
        checkpoints.newest(tmp_path)


def test_where_none_is_sound_it_is_refused(three, tmp_path):
    for path in three:
        path.write_bytes(b"")
    with pytest.raises(UserError, match="000012.keras is damaged: .*, and no checkpoint before it"):
        checkpoints.newest(tmp_path)


def test_one_of_an_earlier_version_is_as_sound_as_its_zip_file(tmp_path):
    path = tmp_path / "step-000000001.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.weights.h5", b"weights" * 100)
    assert checkpoints.damage_of(path) is None
    content = path.read_bytes()
    for at in range(0, len(content), 7):
        path.write_bytes(content[:at])
        assert checkpoints.damage_of(path) is not None
    middle = content.index(b"weightsweights") + 50
    path.write_bytes(content[:middle] + b"X" + content[middle + 1 :])
    assert checkpoints.damage_of(path) is not None


def test_a_checkpoint_that_cannot_be_written_leaves_the_others(three, tmp_path):
    before = names(tmp_path)

    def write(part):
        part.write_bytes(b"half")
        raise OSError("full")

    with pytest.raises(StorageError, match="Cannot write .*step-000000013.keras: full."):
        checkpoints.save(tmp_path / "step-000000013.keras", write)
    assert names(tmp_path) == before


def test_later_ones_are_removed_and_checksums_without_a_checkpoint(three, tmp_path):
    (tmp_path / "step-000000005.json").write_text("{}")  # killed before the checkpoint was renamed
    checkpoints.remove_later(tmp_path, 7)
    assert checkpoints.there(tmp_path) == three[:2]
    assert len(names(tmp_path)) == 4


def test_removed_with_its_checksums(three, tmp_path):
    for path in three[:2]:
        checkpoints.remove(path)
    assert names(tmp_path) == ["step-000000012.json", "step-000000012.keras"]


def test_logs_may_grow_but_not_change(tmp_path):
    log, other = tmp_path / "metrics.jsonl", tmp_path / "health.jsonl"
    append_jsonl(log, {"step": 1, "d_loss": 0.5})
    path = tmp_path / "step-000000001.keras"
    checkpoints.save(path, lambda part: part.write_text("model"), (log, other))
    append_jsonl(log, {"step": 2, "d_loss": 0.25})
    append_jsonl(other, {"step": 2})
    assert checkpoints.altered_logs(path, (log, other)) == []
    log.write_text(log.read_text().replace("0.5", "0.7"))
    assert checkpoints.altered_logs(path, (log, other)) == [log]
    log.unlink()
    assert checkpoints.altered_logs(path, (log, other)) == [log]


def test_one_that_is_replaced_is_sound_at_every_moment(three, tmp_path, monkeypatch):
    """Killed before the new one has its name, the old one is there with the new checksums."""
    path = checkpoints.there(tmp_path)[-1]
    old = path.read_bytes()

    def killed(source, target):
        if str(target) == str(path):
            raise KeyboardInterrupt
        return replace(source, target)

    replace = os.replace
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", killed)
        checkpoints.save(path, lambda part: part.write_bytes(b"new"))
    assert path.read_bytes() == old and checkpoints.newest(tmp_path) == path
    checkpoints.save(path, lambda part: part.write_bytes(b"new"))
    assert path.read_bytes() == b"new" and checkpoints.newest(tmp_path) == path
    path.write_bytes(b"neither")
    assert checkpoints.damage_of(path) == "it does not agree with its checksum"
