"""Exports made before there was about.json: of version 93ccacb, `quick` and `gan`, a few steps."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from keras_infogan.commands import generate
from keras_infogan.serving import model_card
from keras_infogan.serving.answers import Answers
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.sheet import png_bytes, sheet

SUMMARY = {
    "dataset": "mnist5k",
    "code_accuracy": 0.2,
    "code_purity": 0.201,
    "code_nmi": 0.1015,
    "code_ari": 0.0339,
    "continuous_codes": {"c2": {"moves": "stroke_width", "rank_correlation": 0.8}},
}


@pytest.fixture(scope="module")
def infogan(root):
    return Exported(root / "tests" / "support" / "earlier_run")


def test_codes_and_labels_are_known(infogan):
    assert infogan.codes == 10 and infogan.labels == list(range(10))
    assert infogan.code_to_label[0] == 5 and infogan.label_names == {}
    assert infogan.others == {
        name: {"low": -2.0, "middle": 0.0, "high": 2.0} for name in ("c2", "c3")
    }
    assert infogan.reads and infogan.image_shape == (28, 28, 1)


def test_it_draws_and_reads_what_it_did(infogan):
    images = infogan.sample(2, seed=3, label=7, values={"c2": 1.0})
    np.testing.assert_allclose(images.sum(axis=(1, 2, 3)), [353.51331, 375.14337], rtol=1e-4)
    found = infogan.recognize(images)
    assert found["code"].tolist() == [1, 1]
    np.testing.assert_allclose(found["c2_mean"], [0.03434, 0.04372], atol=1e-4)


def test_generate_draws_it(infogan, tmp_path):
    out = tmp_path / "a.png"
    command = [str(infogan.path), "--label", "7", "--count", "2", "--out", str(out)]
    assert generate.main([*command, "--set", "c2=1"]) == 0
    images = infogan.sample(2, label=7, values={"c2": 1.0})
    np.testing.assert_array_equal(np.asarray(Image.open(out)), sheet(images))


def test_the_page_takes_facts_from_the_run_around_it(infogan, tmp_path):
    version = tmp_path / "export" / "generator" / "1"
    shutil.copytree(infogan.path, version)
    (tmp_path / "summary.json").write_text(json.dumps(SUMMARY))
    answers = Answers(Exported(version))
    assert answers.dataset == "mnist5k" and answers.thing == "digit"
    assert answers.titles == {"c2": "c2: stroke_width", "c3": "c3"}
    bars, _, _ = answers.read(png_bytes(np.full((28, 28, 3), 200, np.uint8)[:, :14]))
    assert bars is None  # nothing but border
    scores = model_card.scores(answers.exported.about)
    assert "| c1 | 0.2000 | 0.2010 | 0.1015 | 0.0339 |" in scores
    assert "| c2 moves stroke_width | rank correlation 0.80 |" in scores
    assert "| 0 | 5 |" in model_card.codes_and_labels(answers.exported.about)


def test_without_the_run_nothing_is_made_up(infogan, tmp_path):
    version = tmp_path / "a" / "b" / "c" / "1"
    shutil.copytree(infogan.path, version)
    answers = Answers(Exported(version))
    assert answers.dataset == "" and answers.thing == "label"
    assert model_card.scores(answers.exported.about) == "No code was scored."


def test_a_gan_is_asked_by_seed_alone(root):
    gan = Exported(root / "tests" / "support" / "earlier_gan")
    assert (gan.codes, gan.labels, gan.others, gan.reads) == (0, [], {}, False)
    images = gan.sample(2, seed=3)
    np.testing.assert_allclose(images.sum(axis=(1, 2, 3)), [352.19211, 373.44781], rtol=1e-4)


@pytest.mark.parametrize("name", ["code_to_label.json", "label_names.json"])
def test_a_damaged_one_is_one_sentence(infogan, tmp_path, name):
    shutil.copytree(infogan.path, tmp_path / "1")
    (tmp_path / "1" / "assets" / name).write_text("[1]")
    with pytest.raises(ValueError, match="1 cannot be read: it is damaged, or no export of this"):
        Exported(tmp_path)
