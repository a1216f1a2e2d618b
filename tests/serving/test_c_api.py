"""The export through TensorFlow's C API, in a process that never imports tensorflow.

TensorFlow Serving loads a version the same way and runs the same graph.
"""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from c_api import PROGRAM, run
from serving_fixtures import CODE_TO_LABEL

from keras_infogan.serving.servable import Servable

BATCHES = (1, 2, 5, 64)

# Holds a session for many requests and tells how much memory it had at certain times.
LOAD = """
import sys
sys.path.insert(0, sys.argv[2])
import numpy as np
from c_api import Session

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20

session = Session(sys.argv[1])
draws = np.random.default_rng(0)
for i in range(int(sys.argv[3])):
    n = (1, 3, 8)[i % 3]
    values = {"c2": draws.uniform(-1, 1, n), "c3": draws.uniform(-1, 1, n)}
    seed, code = draws.integers(0, 2**60, n), draws.integers(0, 10, n)
    if i % 5 == 0:
        noise, codes = draws.normal(size=(n, 3)), draws.normal(size=(n, 12))
        session.run("generate", {"noise": noise, "codes": codes})
    elif i % 5 == 1:
        image = session.run("sample_code", {"seed": seed, "code": code, **values})["png_bytes"]
    elif i % 5 == 2:
        session.run("recognize_png", {"png_bytes": image})
    elif i % 5 == 3:
        session.run("recognize", {"image": draws.uniform(size=(n, 8, 8, 1))})
    else:
        try:
            session.run("sample", {"seed": seed, "label": code + 100, **values})
            raise SystemExit("not refused")
        except RuntimeError as error:
            assert "label must be one of" in str(error)
    if i % 1000 == 999:
        print(resident())
assert "tensorflow" not in sys.modules
"""


@pytest.fixture(scope="module")
def requests():
    """`(signature, inputs)` of every signature but the PNG one, in every size of batch."""
    draws = np.random.default_rng(7)
    found = []
    for n in BATCHES:
        floats = {name: draws.uniform(-1, 1, n).astype(np.float32) for name in ("c2", "c3")}
        seed = draws.integers(-(2**62), 2**62, n)
        codes = np.concatenate([np.eye(10)[draws.integers(0, 10, n)], np.zeros((n, 2))], axis=1)
        noise = draws.normal(size=(n, 3)).astype(np.float32)
        found += [
            ("generate", {"noise": noise, "codes": codes.astype(np.float32)}),
            ("serving_default", {"noise": noise, "codes": codes.astype(np.float32)}),
            ("sample", {"seed": seed, "label": draws.choice([0, 3, 8], n), **floats}),
            ("sample_code", {"seed": seed, "code": draws.integers(0, 10, n), **floats}),
            ("recognize", {"image": draws.uniform(size=(n, 8, 8, 1)).astype(np.float32)}),
        ]
    return found


@pytest.fixture(scope="module")
def answers(exported, requests):
    return run(exported, requests)


@pytest.fixture(scope="module")
def functions(trained, exported):
    """The same computed by Keras, in this process."""
    servable = Servable(trained, CODE_TO_LABEL)
    found = {name: function for name, (function, _) in servable.signatures().items()}
    return {**found, "serving_default": found["generate"]}


def test_every_signature_equals_keras_in_every_batch(requests, answers, functions):
    assert len(answers) == 5 * len(BATCHES)
    for (name, inputs), answer in zip(requests, answers, strict=True):
        expected = functions[name](*(tf.constant(value) for value in inputs.values()))
        assert set(answer) == set(expected)
        for output, value in expected.items():
            if value.dtype == tf.string:
                for one, other in zip(answer[output], value.numpy(), strict=True):
                    np.testing.assert_allclose(
                        tf.io.decode_png(one).numpy().astype(int), tf.io.decode_png(other), atol=1
                    )
            else:
                assert answer[output].dtype == value.dtype.as_numpy_dtype
                np.testing.assert_allclose(answer[output], value, atol=1e-5)


def test_png_files_are_read_as_their_images_are(exported, requests, answers):
    drawn = [
        answer for (name, _), answer in zip(requests, answers, strict=True) if name == "sample"
    ]
    by_png = run(exported, [("recognize_png", {"png_bytes": one["png_bytes"]}) for one in drawn])
    by_image = run(
        exported,
        [("recognize", {"image": np.rint(255 * one["image"]) / np.float32(255)}) for one in drawn],
    )
    for one, other in zip(by_png, by_image, strict=True):
        for name, value in other.items():
            np.testing.assert_allclose(one[name], value, atol=1e-5)


def test_a_seed_gives_the_same_picture_alone_and_after_a_restart(exported, requests, answers):
    """Each row of the largest batch alone, in a process of its own: not a bit differs."""
    for name in ("sample", "sample_code"):
        inputs, together = [
            (inputs, answer)
            for (signature, inputs), answer in zip(requests, answers, strict=True)
            if signature == name
        ][-1]
        rows = [{key: value[i : i + 1] for key, value in inputs.items()} for i in range(64)]
        for i, alone in enumerate(run(exported, [(name, row) for row in rows])):
            assert alone["png_bytes"][0] == together["png_bytes"][i]
            np.testing.assert_array_equal(alone["image"][0], together["image"][i])


def test_the_session_lives_on_after_what_it_refuses(exported, requests, answers):
    def sample(**changes):
        row = {"seed": [1], "label": [3], "c2": [0.0], "c3": [0.0]}
        types = {"seed": np.int64, "label": np.int64}
        return {k: np.array(v, types.get(k, np.float32)) for k, v in {**row, **changes}.items()}

    noise, codes = np.zeros((2, 3), np.float32), np.zeros((2, 12), np.float32)
    bad = [
        ("sample", sample(label=[4]), "label must be one of 0, 1, 2, 3, 5, 6, 7, 8. Received: 4."),
        ("sample", sample(c2=[np.nan]), "c2 must be from -100 to 100 and not NaN"),
        ("sample", sample(seed=[1, 2]), "label must have as many rows as seed, 2. Received: 1."),
        ("sample", sample(seed=[], label=[], c2=[], c3=[]), "must have at least one row"),
        ("generate", {"noise": noise[:, :2], "codes": codes}, "noise must have 3 numbers in a row"),
        (
            "generate",
            {"noise": noise, "codes": codes[:, :5]},
            "codes must have 12 numbers in a row",
        ),
        ("generate", {"noise": noise[:0], "codes": codes[:0]}, "must have at least one row"),
        ("generate", {"noise": noise * np.nan, "codes": codes}, "noise must be from -100 to 100"),
        ("recognize", {"image": np.full((1, 8, 8, 1), 2, np.float32)}, "image must be from 0 to 1"),
        ("recognize_png", {"png_bytes": np.array([b"GIF89a"], object)}, "must be PNG files"),
    ]
    good = requests[0]
    mixed = [request for *one, _ in bad for request in (tuple(one), good)]
    found = run(exported, mixed)
    for (_, _, message), refused, served in zip(bad, found[::2], found[1::2], strict=True):
        assert message in refused["error"]
        np.testing.assert_array_equal(served["image"], answers[0]["image"])


def test_ten_thousand_requests_do_not_grow(exported):
    done = subprocess.run(
        [sys.executable, "-c", LOAD, exported, PROGRAM.parent, "10000"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    megabytes = [float(line) for line in done.stdout.split()]
    assert len(megabytes) == 10
    # The first thousand fill the allocators' pools.
    assert megabytes[-1] - megabytes[1] < 8.0, megabytes


def test_another_runtime_draws_the_same(exported, requests, answers):
    """OpenVINO reads serving_default of the same directory; it has no code of TensorFlow's."""
    openvino = pytest.importorskip("openvino")
    core = openvino.Core()
    model = core.compile_model(
        openvino.convert_model(exported), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    for (name, inputs), answer in zip(requests, answers, strict=True):
        if name == "serving_default":
            np.testing.assert_allclose(model(inputs)[0], answer["image"], atol=1e-5)
