"""An exported model through its signatures: what can be asked of it, and what it refuses."""

import errno
import json
import shutil

import numpy as np
import pytest
import tensorflow as tf
from serving_fixtures import facts

from keras_infogan.errors import UserError
from keras_infogan.files import read_json
from keras_infogan.latents import Categorical, Uniform
from keras_infogan.serving import loading
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.loading import find
from keras_infogan.serving.saved_model import export_model

# Codes 0 to 3; two mean the label 5, and the last means none.
LABELS = {"0": 7, "1": 5, "2": 5, "3": None}


def export(model, base, labels=None):
    return export_model(model, base, facts(labels))


@pytest.fixture(scope="module")
def version(tiny_model, tmp_path_factory):
    model = tiny_model(codes=[Categorical(4), Uniform(), Uniform()])
    return export(model, tmp_path_factory.mktemp("run") / "export" / "generator", LABELS)


@pytest.fixture(scope="module")
def exported(version):
    return Exported(version)


def test_it_knows_what_can_be_asked(exported, version):
    assert exported.path == version
    assert exported.image_shape == (8, 8, 1)
    assert exported.codes == 4
    assert exported.code_to_label == {0: 7, 1: 5, 2: 5}
    assert exported.labels == [5, 7]
    assert exported.others == {
        name: {"low": -2.0, "middle": 0.0, "high": 2.0} for name in ("c2", "c3")
    }
    assert exported.about == read_json(version / "about.json")


def test_without_labels_images_are_asked_for_by_code(tiny_model, tmp_path):
    exported = Exported(export(tiny_model(codes=[Categorical(3)]), tmp_path))
    assert (exported.codes, exported.labels, exported.others) == (3, [], {})
    assert exported.sample(2, code=1).shape == (2, 8, 8, 1)
    with pytest.raises(UserError, match="has no signature sample. It has: generate, recognize, "):
        exported.sample(1, label=1)


def test_without_a_categorical_code_images_are_asked_for_by_the_continuous_ones(
    tiny_model, tmp_path
):
    exported = Exported(export(tiny_model(codes=[Uniform(), Uniform(2, 4)]), tmp_path))
    assert (exported.codes, exported.labels) == (0, [])
    assert exported.others["c2"] == {"low": 1.0, "middle": 3.0, "high": 5.0}
    images = exported.sample(2, values={"c1": 0.5})
    np.testing.assert_array_equal(images, exported.sample(2, values={"c1": 0.5, "c2": 3.0}))
    assert (images != exported.sample(2)).any()
    assert set(exported.recognize(np.zeros((1, 8, 8, 1)))) == {
        "c1_mean", "c1_std", "c2_mean", "c2_std",
    }  # fmt: skip
    with pytest.raises(UserError, match="have neither labels nor codes"):
        exported.sample(1, code=0)


def test_continuous_codes_are_in_order_past_nine(tiny_model, tmp_path):
    codes = [Categorical(2), *(Uniform() for _ in range(10))]
    exported = Exported(export(tiny_model(codes=codes), tmp_path))
    assert list(exported.others) == [f"c{number}" for number in range(2, 12)]


def test_sample_is_the_signature_row_for_row(exported, version):
    images = exported.sample(3, seed=40, label=7, values={"c3": 1.5})
    signature = tf.saved_model.load(str(version)).signatures["sample"]
    for row in range(3):
        one = signature(
            seed=tf.constant([40 + row], tf.int64),
            label=tf.constant([7], tf.int64),
            c2=tf.constant([0.0]),
            c3=tf.constant([1.5]),
        )["image"]
        np.testing.assert_array_equal(images[row], one[0])
    assert images.dtype == np.float32 and images.shape == (3, 8, 8, 1)


def test_a_larger_count_adds_images_and_changes_none(exported):
    np.testing.assert_array_equal(
        exported.sample(5, seed=3, code=2)[:2], exported.sample(2, seed=3, code=2)
    )
    np.testing.assert_array_equal(
        exported.sample(5, seed=3, code=2)[1:], exported.sample(4, seed=4, code=2)
    )


def test_many_images_are_drawn_in_parts_that_are_equal_to_the_whole(version, monkeypatch):
    load, rows = loading.load, []

    def watched(found):
        about, functions, owner = load(found)

        def sample(**inputs):
            rows.append(len(inputs["seed"]))
            return functions["sample"](**inputs)

        return about, {**functions, "sample": sample}, owner

    monkeypatch.setattr(loading, "load", watched)
    labels, values = [7, 5] * 75, np.linspace(-2, 2, 150)
    images = Exported(version).sample(150, seed=3, label=labels, values={"c2": values})
    assert rows == [64, 64, 22]
    whole = tf.saved_model.load(str(version)).signatures["sample"](
        seed=tf.range(3, 153, dtype=tf.int64),
        label=tf.constant(labels, tf.int64),
        c2=tf.constant(values, tf.float32),
        c3=tf.zeros(150),
    )["image"]
    np.testing.assert_array_equal(images, whole)


def test_a_label_is_drawn_by_the_codes_that_mean_it(exported):
    np.testing.assert_array_equal(exported.sample(2, label=7), exported.sample(2, code=0))
    by_code = [exported.sample(20, code=code) for code in (1, 2)]
    fives = exported.sample(20, label=5)
    used = [np.array([(a == b).all() for a, b in zip(fives, of, strict=True)]) for of in by_code]
    assert (used[0] ^ used[1]).all() and used[0].any() and used[1].any()


def test_labels_codes_and_values_may_differ_from_image_to_image(exported):
    images = exported.sample(2, seed=9, code=[0, 3], values={"c2": [-1.0, 2.0]})
    np.testing.assert_array_equal(images[:1], exported.sample(1, 9, code=0, values={"c2": -1}))
    np.testing.assert_array_equal(images[1:], exported.sample(1, 10, code=3, values={"c2": 2}))
    images = exported.sample(2, seed=9, label=[7, 5])
    np.testing.assert_array_equal(images[1:], exported.sample(1, 10, label=5))


def test_seeds_reach_as_far_as_int64(exported):
    for seed in (-(2**63), 2**63 - 2):
        images = exported.sample(2, seed=seed, code=0)
        assert np.isfinite(images).all() and (images[0] != images[1]).any()


def test_recognize_is_what_the_model_reads(exported, tiny_images):
    images = (tiny_images(3) + 1) / 2
    found = exported.recognize(images)
    probabilities = found["code_probabilities"]
    assert probabilities.shape == (3, 4)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-6)
    np.testing.assert_array_equal(found["code"], probabilities.argmax(axis=1))
    of_five = probabilities[:, 1] + probabilities[:, 2]
    np.testing.assert_array_equal(found["label"], np.where(of_five > probabilities[:, 0], 5, 7))
    np.testing.assert_allclose(
        found["label_probability"], np.maximum(of_five, probabilities[:, 0]), rtol=1e-6
    )
    assert found["c2_mean"].shape == found["c3_std"].shape == (3,)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"label": 6}, "label must be one of 5, 7. Received: 6."),
        ({"code": 4}, "code must be one of 0, 1, 2, 3. Received: 4."),
        ({"code": 0, "values": {"c2": 300.0}}, "c2 must be from -100 to 100 and not NaN. Rec"),
        ({"code": 0, "values": {"c2": 1e300}}, "c2 must be from -100 to 100 and not NaN. Rec"),
        ({"code": 0, "values": {"c2": float("nan")}}, "c2 must be from -100 to 100 and not NaN"),
        ({"code": 0, "values": {"c2": "x"}}, "c2 must be a number, or one for each image. Rec"),
        ({"code": 0, "values": {"c9": 1.0}}, "The codes that can be set are c2, c3. Received: c9."),
        ({"code": 0.5}, "code must be a whole number, or one for each image. Received: 0.5."),
        ({"code": 2**70}, "code must be a whole number"),
        ({"code": [0, 1]}, "code must be a number, or one for each of 3 images. Received: 2 num"),
        ({}, "by a label or by a code. Received: label=None, code=None."),
        ({"code": 0, "label": 5}, "by a label or by a code. Received: label=5, code=0."),
        ({"code": 0, "count": 0}, "count must be at least 1. Received: 0."),
        ({"code": 0, "seed": 2**63 - 2}, "seed must be a whole number from -2**63 to 2**63 - 3"),
        ({"code": 0, "seed": 1.5}, "seed must be a whole number from -2**63 to 2**63 - 3, for 3"),
    ],
)
def test_what_cannot_be_sampled_is_refused_in_a_sentence(exported, arguments, sentence):
    with pytest.raises(UserError) as refused:
        exported.sample(**{"count": 3, **arguments})
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value) and "assert" not in str(refused.value)


def test_what_cannot_be_recognized_is_refused_in_a_sentence(exported):
    with pytest.raises(UserError, match=r"^images must be \(n, 8, 8, 1\). Received: \(1, 8, 8\)"):
        exported.recognize(np.zeros((1, 8, 8)))
    with pytest.raises(UserError, match="^image must have at least one row. Received: none.$"):
        exported.recognize(np.zeros((0, 8, 8, 1)))
    with pytest.raises(UserError, match="^image must be from 0 to 1 and not NaN. Received: 2 to"):
        exported.recognize(np.full((1, 8, 8, 1), 2.0))


def test_the_newest_version_is_found(version, tmp_path):
    run = version.parents[2]
    (run / "config.json").write_text(json.dumps({"run": {}}))
    assert find(run) == version
    assert find(version.parent) == version
    assert find(version) == version
    for name in ("9", "10", "11.part"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "saved_model.pb").touch()
    assert find(tmp_path) == tmp_path / "10"


def test_no_export_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="nothing is not a directory."):
        Exported(tmp_path / "nothing")
    with pytest.raises(UserError, match=" is neither a run nor an exported model.$"):
        Exported(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserError, match="yet. Export it with: python -m keras_infogan export /"):
        Exported(tmp_path)


def test_the_command_that_exports_can_be_typed(tmp_path):
    run = tmp_path / "my run"
    run.mkdir()
    (run / "config.json").write_text(json.dumps({"run": {"imports": ["parts_of_nobody"]}}))
    with pytest.raises(UserError) as refused:
        find(run)
    assert str(refused.value).endswith(f" export '{run}' --import parts_of_nobody")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("saved_model.pb", None),
        ("saved_model.pb", b""),
        ("saved_model.pb", b"no protocol buffer"),
        ("variables/variables.index", None),
        ("variables/variables.data-00000-of-00001", b"short"),
        ("about.json", None),
        ("about.json", b"{"),
        ("about.json", b"[1]"),
        ("about.json", b"{}"),
    ],
)
def test_a_damaged_export_is_one_sentence(version, tmp_path, name, content):
    copy = tmp_path / "1"
    shutil.copytree(version, copy)
    (copy / name).unlink() if content is None else (copy / name).write_bytes(content)
    with pytest.raises(UserError, match="damaged") as refused:
        Exported(tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor"),
        OSError(errno.EMFILE, "Too many open files", "saved_model.pb"),
    ],
    ids=repr,
)
def test_a_lack_of_memory_or_files_is_not_blamed_on_the_export(version, monkeypatch, error):
    def load(path):
        raise error

    monkeypatch.setattr(tf.saved_model, "load", load)
    with pytest.raises(type(error)) as raised:
        Exported(version)
    assert raised.value is error


def test_another_saved_model_is_refused(tmp_path):
    module = tf.Module()
    module.double = tf.function(lambda x: 2 * x, input_signature=[tf.TensorSpec((), tf.float32)])
    tf.saved_model.save(module, str(tmp_path))
    with pytest.raises(UserError, match="no export of this project"):
        Exported(tmp_path)
    codes = {"code": None, "code_to_label": {}, "label_names": {}, "all": {}}
    about = {"config": {}, "summary": {}, "environment": {}, "codes": codes, "signatures": {}}
    (tmp_path / "about.json").write_text(json.dumps(about))
    with pytest.raises(UserError, match="lacks the signature generate"):
        Exported(tmp_path)


@pytest.mark.parametrize("name", ["run [v2]", "a*b?", "back\\slash", "Łódź {x}"])
def test_a_path_is_no_pattern(version, exported, tmp_path, name):
    shutil.copytree(version, tmp_path / name / "1")
    found = Exported(tmp_path / name)
    assert found.path == tmp_path / name / "1"
    np.testing.assert_array_equal(found.sample(2, code=1), exported.sample(2, code=1))
