"""The version directory: its files, how it appears, and what it computes without this package."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from keras_infogan.serving import model_card, saved_model, versions
from keras_infogan.serving.saved_model import export_model

# TensorFlow alone, as in a user's program.
READER = """
import json, sys
sys.modules["keras"] = sys.modules["keras_infogan"] = sys.modules["export"] = None
import numpy as np
import tensorflow as tf
signature = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
given = np.load(sys.argv[2])
image = signature(noise=tf.constant(given["noise"]), codes=tf.constant(given["codes"]))["image"]
np.save(sys.argv[3], image.numpy())
"""


def files(path):
    return {str(found.relative_to(path)) for found in path.rglob("*") if found.is_file()}


def test_files_of_a_version(exported):
    assert exported.name == "1"
    assert files(exported) == {
        "saved_model.pb",
        "variables/variables.index",
        "variables/variables.data-00000-of-00001",
        "assets.extra/tf_serving_warmup_requests",
        "about.json",
        "README.md",
        "SHA256SUMS",
    }
    assert exported.stat().st_mode & 0o777 == 0o755


def test_signatures_have_the_names_and_shapes_that_are_documented(exported):
    described = json.loads((exported / "about.json").read_text())["signatures"]

    def short(tensors):
        return {name: (info["dtype"], *info["shape"][1:]) for name, info in tensors.items()}

    image, values = ("float32", 8, 8, 1), {"c2": ("float32",), "c3": ("float32",)}
    drawn = {"image": image, "png_bytes": ("string",)}
    read = {
        "code_probabilities": ("float32", 10),
        "code": ("int64",),
        "label": ("int64",),
        "label_probability": ("float32",),
        **{f"{name}_{what}": ("float32",) for name in values for what in ("mean", "std")},
    }
    generate = ({"noise": ("float32", 3), "codes": ("float32", 12)}, {"image": image})
    assert {
        name: (short(signature["inputs"]), short(signature["outputs"]))
        for name, signature in described.items()
    } == {
        "serving_default": generate,
        "generate": generate,
        "sample": ({"seed": ("int64",), "label": ("int64",), **values}, drawn),
        "sample_code": ({"seed": ("int64",), "code": ("int64",), **values}, drawn),
        "recognize": ({"image": image}, read),
        "recognize_png": ({"png_bytes": ("string",)}, read),
    }


def test_a_program_with_tensorflow_alone_gets_the_generators_images(trained, exported, tmp_path):
    latents = trained.latents.sample(5, [3, 4]).numpy()
    np.savez(tmp_path / "given.npz", noise=latents[:, :3], codes=latents[:, 3:])
    paths = [exported, tmp_path / "given.npz", tmp_path / "image.npy"]
    done = subprocess.run([sys.executable, "-c", READER, *paths], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    expected = 0.5 * (trained.generator(latents, training=False).numpy() + 1.0)
    np.testing.assert_allclose(np.load(tmp_path / "image.npy"), expected, atol=1e-6)
    in_training = 0.5 * (trained.generator(latents, training=True).numpy() + 1.0)
    assert np.abs(expected - in_training).max() > 1e-3


def test_what_nobody_asks_for_is_not_computed(exported):
    """A server fetches the outputs that a request names; PNG files take as long as the images."""
    described = json.loads((exported / "about.json").read_text())["signatures"]["sample"]
    values = {"seed": [1], "label": [3], "c2": [0.0], "c3": [0.0]}
    v1 = tf.compat.v1
    options = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE)
    with tf.Graph().as_default(), v1.Session() as session:
        v1.saved_model.load(session, ["serve"], str(exported))
        given = {described["inputs"][name]["tensor"]: value for name, value in values.items()}

        def operations(*names):
            found, fetched = v1.RunMetadata(), [described["outputs"][n]["tensor"] for n in names]
            session.run(fetched, given, options, found)
            return {n.node_name for d in found.step_stats.dev_stats for n in d.node_stats}

        assert any("EncodePng" in name for name in operations("image", "png_bytes"))
        assert not any("EncodePng" in name for name in operations("image"))


def test_warm_up_requests_are_served(exported):
    loaded = tf.saved_model.load(str(exported))
    path = str(exported / "assets.extra" / "tf_serving_warmup_requests")
    sizes = {}
    for record in tf.data.TFRecordDataset(path).as_numpy_iterator():
        request = prediction_log_pb2.PredictionLog.FromString(record).predict_log.request
        name = request.model_spec.signature_name
        inputs = {key: tf.make_ndarray(value) for key, value in request.inputs.items()}
        outputs = loaded.signatures[name](**{k: tf.constant(v) for k, v in inputs.items()})
        sizes.setdefault(name, []).append({len(value) for value in outputs.values()}.pop())
    assert sizes == {name: [1, 64] for name in loaded.signatures if name != "serving_default"}


def test_about_has_the_facts(exported, about):
    found = json.loads((exported / "about.json").read_text())
    assert {name: found[name] for name in about} == about
    assert found["codes"] == {
        "code": "c1",
        "code_to_label": {"0": 3, "1": 8, "2": 1, "3": 0, "4": 8, "5": 2, "6": 5, "7": 7, "8": 6},
        "label_names": {},
        "learns_labels": False,
        "all": {
            "c1": {"num_values": 10},
            "c2": {"low": -2.0, "middle": 0.0, "high": 2.0},
            "c3": {"low": -2.0, "middle": 0.0, "high": 2.0},
        },
    }


def test_paths_of_this_machine_are_not_exported(trained, about, tmp_path):
    about["summary"]["dataset"] = "folder:/home/me/cats"
    about["config"]["data"] = {"dataset": "folder:/home/me/cats", "image_size": 8}
    path = export_model(trained, tmp_path, about)
    assert "/home" not in (path / "about.json").read_text() + (path / "README.md").read_text()
    found = json.loads((path / "about.json").read_text())
    assert found["config"]["data"] == {"dataset": "folder:cats", "image_size": 8}


def test_model_card_tells_what_it_is_and_how_good(exported):
    text = (exported / "README.md").read_text()
    for part in (
        "Preset `tiny`, seed 3, 10 steps",
        "| c1 | 0.7500 | 0.8000 | 0.6000 | 0.5000 |",
        "| information of c1 | 2.250 nats |",
        "| c2 moves slant | rank correlation 0.97 |",
        "| 4 | 8 |",
        "| `recognize_png` | `png_bytes` string (n) |",
        '"instances": [{"seed": 1, "label": 0, "c2": 0.0, "c3": 0.0}]',
    ):
        assert part in text


def test_model_card_tells_what_the_checks_found():
    problem = {"problem": "collapse", "seen": "as\n| one", "first_step": 500, "last_step": 900}
    texts = [
        model_card.health({"summary": summary})
        for summary in ({"health": [problem]}, {"health": []}, {})
    ]
    assert texts[0].splitlines()[2] == "| collapse | 500 to 900 | as \\| one |"
    assert texts[1:] == ["The checks in training found no problem.", "Not recorded."]


def test_python_of_the_model_card_runs(exported):
    text = (exported / "README.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    names = {}
    exec(code.replace("VERSION_DIRECTORY", str(exported)), names)
    assert names["images"].shape == (1, 8, 8, 1)


def test_data_without_labels_has_no_sample_and_the_card_says_so(trained, about, tmp_path):
    about["summary"]["codes"] |= dict.fromkeys(("code_to_label", "code_accuracy"))
    path = export_model(trained, tmp_path, about)
    described = json.loads((path / "about.json").read_text())["signatures"]
    assert "sample" not in described and "sample_code" in described
    assert "label" not in described["recognize"]["outputs"]
    text = (path / "README.md").read_text()
    assert "there is no signature `sample`" in text and '"code": 0' in text


def test_a_version_appears_whole_and_is_the_next_free_one(trained, about, tmp_path, monkeypatch):
    (tmp_path / "4").mkdir()
    (tmp_path / "notes").mkdir()
    seen = []

    def watched(servable, part, about):
        (part / "saved_model.pb").touch()
        # A server takes every directory with a number for a name to be a version.
        seen.append([found.name for found in tmp_path.iterdir() if found.name.isdigit()])

    monkeypatch.setattr(saved_model, "write", watched)
    assert export_model(trained, tmp_path, about) == tmp_path / "5"
    assert seen == [["4"]]
    assert sorted(found.name for found in tmp_path.iterdir()) == ["4", "5", "notes"]


@pytest.mark.parametrize("take", [pathlib.Path.touch, lambda path: path.symlink_to("nowhere")])
def test_a_number_that_is_no_version_is_taken_all_the_same(tmp_path, take):
    (tmp_path / "4").mkdir()
    take(tmp_path / "5")
    assert versions.new_version(tmp_path, lambda part: None) == tmp_path / "6"
    assert versions.versions(tmp_path) == [4, 6]


def test_a_version_that_another_process_took_is_left_to_it(trained, about, tmp_path, monkeypatch):
    def raced(servable, part, about):
        (part / "saved_model.pb").write_text("ours")
        rename = versions.os.rename

        def late(part, target):
            monkeypatch.setattr(versions.os, "rename", rename)
            target.mkdir()
            (target / "saved_model.pb").write_text("the other's")
            rename(part, target)

        monkeypatch.setattr(versions.os, "rename", late)

    monkeypatch.setattr(saved_model, "write", raced)
    assert export_model(trained, tmp_path, about) == tmp_path / "2"
    assert (tmp_path / "1" / "saved_model.pb").read_text() == "the other's"


def test_an_export_that_fails_leaves_nothing(trained, about, tmp_path, monkeypatch):
    def full(path, servable):
        raise OSError("disk full")

    monkeypatch.setattr(saved_model, "write_warm_up", full)
    with pytest.raises(OSError, match="disk full"):
        export_model(trained, tmp_path / "generator", about)
    assert list((tmp_path / "generator").iterdir()) == []
