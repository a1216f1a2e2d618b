"""What `fit` and `evaluate` take, what they convert, and what they refuse in a sentence."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_infogan.models import checked
from keras_infogan.terms.label_classes import LabelClasses

LABELS = np.array([0, 1, 2, 1, 0, 2])
BATCH = 3


@pytest.fixture(scope="module")
def model(tiny_gan):
    """A GAN of 4×4 images that a test may train on."""
    return tiny_gan()


@pytest.fixture(scope="module")
def conditional(tiny_gan):
    """A ConditionalGAN of three labels."""
    return tiny_gan(conditional=True)


@pytest.fixture(scope="module")
def whole():
    """Six images as bytes, `(6, 4, 4, 1)`."""
    return np.random.default_rng(3).integers(0, 256, (6, 4, 4, 1), dtype=np.uint8)


@pytest.fixture(scope="module")
def floats(whole):
    """The same, as a step needs them."""
    return whole.astype(np.float32) / 127.5 - 1.0


def figures(model, *data):
    """What a test step reports of a batch; it changes nothing but the means."""
    model.reset_metrics()
    return {name: float(value) for name, value in model.test_step(data).items()}


@pytest.mark.parametrize(
    "convert",
    [
        lambda whole: whole,
        lambda whole: whole.astype(np.int64),
        lambda whole: whole[..., 0],
        lambda whole: whole / 127.5 - 1.0,
        lambda whole: tf.constant(whole),
    ],
    ids=["uint8", "int64", "without an axis", "float64", "tensor"],
)
def test_images_of_another_kind_are_the_same_images(model, whole, floats, convert):
    expected = figures(model, floats)
    images = convert(whole)
    found = figures(model, images)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-5)
    for data in (images, tf.data.Dataset.from_tensor_slices(images).batch(BATCH)):
        results = model.evaluate(data, batch_size=None if data is not images else 6, verbose=0)
        assert np.isfinite(results).all()


def test_fit_takes_what_a_step_takes(model, whole):
    steps = int(model.step.numpy())
    batches = tf.data.Dataset.from_tensor_slices(whole[..., 0] / 127.5 - 1.0).batch(BATCH)
    model.fit(batches, verbose=0, shuffle=False)
    model.fit(whole[..., 0], batch_size=BATCH, verbose=0, validation_data=batches)
    several = ((whole[i : i + BATCH],) for i in (0, 3, 0, 3))
    model.fit(several, steps_per_epoch=2, verbose=0, shuffle=False)
    assert int(model.step.numpy()) == steps + 6


@pytest.mark.parametrize(
    ("convert", "received"),
    [
        (lambda whole: whole.reshape(6, 16), r"uint8 \(6, 16\)"),
        (lambda whole: whole.reshape(6, 1, 4, 4), r"uint8 \(6, 1, 4, 4\)"),
        (lambda whole: whole.repeat(3, axis=-1), r"uint8 \(6, 4, 4, 3\)"),
        (lambda whole: whole > 100, r"bool \(6, 4, 4, 1\)"),
    ],
)
def test_images_of_no_clear_meaning_are_refused(model, whole, convert, received):
    rule = r"^Images must be \(n, 4, 4, 1\), floats in \[-1, 1\] or whole numbers from 0 to 255\. "
    images = convert(whole)
    batches = tf.data.Dataset.from_tensor_slices(images).batch(BATCH)
    for work in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match=f"{rule}Received: {received}\\.$"):
            work(images, verbose=0)
        with pytest.raises(ValueError, match=rule):
            work(batches, verbose=0)
    with pytest.raises(ValueError, match=rule):
        model.fit(floats_of(whole), validation_data=(images, LABELS), verbose=0, shuffle=False)


def floats_of(whole):
    return whole.astype(np.float32) / 127.5 - 1.0


@pytest.mark.parametrize(
    ("convert", "received"),
    [
        (lambda whole: whole.astype(np.float32), r"0\.0 to 25"),
        (lambda whole: whole.astype(np.int32) - 1, "-1 to 25"),
        (lambda whole: whole.astype(np.int32) * 2, "0 to 5"),
        (lambda whole: whole * np.float64("nan"), "nan to nan"),
    ],
)
def test_images_out_of_range_are_refused_in_every_mode(model, whole, convert, received):
    whole = whole.copy()
    whole[0, 0, 0, 0] = 0
    images = convert(whole)
    before = model.generator.get_weights()
    message = f"^Images of .* Received: {received}"
    with pytest.raises(ValueError, match=message):
        model.fit(images, verbose=0, shuffle=False)
    with pytest.raises(ValueError, match="^Images of .* Received: "):
        model.fit(tf.data.Dataset.from_tensors(images), verbose=0, shuffle=False)
    with pytest.raises(ValueError, match=message):
        model.fit(iter([(images,)]), verbose=0, shuffle=False)
    for one, other in zip(before, model.generator.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def neighbors_of(images, kind):
    """Images with neighbors as `fit` takes them: arrays, or a `tf.data.Dataset` of batches."""
    pair = {"images": images[0], "neighbors": images[1]}
    return pair if kind == "arrays" else tf.data.Dataset.from_tensor_slices(pair).batch(BATCH)


@pytest.mark.parametrize("kind", ["arrays", "dataset"])
@pytest.mark.parametrize("wrong", [0, 1], ids=["images", "neighbors"])
def test_neighbors_are_looked_at_as_images_are(model, whole, floats, kind, wrong):
    pair = [floats, floats]
    model.fit(neighbors_of(pair, kind), verbose=0, shuffle=False)
    pair[wrong] = whole.astype(np.float32)
    with pytest.raises(ValueError, match=r"floats must be in \[-1, 1\] .* Received: "):
        model.fit(neighbors_of(pair, kind), verbose=0, shuffle=False)
    pair[wrong] = floats[:, :3]
    with pytest.raises(ValueError, match=r"Images must be \(n, 4, 4, 1\), .* Received: "):
        model.fit(neighbors_of(pair, kind), verbose=0, shuffle=False)


def test_a_dict_of_other_keys_is_refused(model, floats):
    with pytest.raises(ValueError, match="the keys images and neighbors. Received: .*'other'"):
        model.fit({"images": floats, "other": floats}, verbose=0)


@pytest.mark.parametrize(
    "as_given", [np.asarray, tf.data.Dataset.from_tensors, lambda x: iter([x])]
)
def test_black_and_white_of_0_and_1_is_refused(model, whole, as_given):
    images = as_given((whole > 100).astype(np.uint8))
    with pytest.raises(ValueError, match=r"\(black and white: 0 and 255\)\. Received: 0 to 1\.$"):
        model.fit(images, verbose=0, shuffle=False)


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.float32])
def test_one_hot_labels_are_labels(conditional, floats, kind):
    expected = figures(conditional, floats, LABELS)
    one_hot = np.eye(3)[LABELS].astype(kind)
    for labels in (one_hot, LABELS.astype(kind), LABELS.astype(kind)[:, None]):
        assert figures(conditional, floats, labels) == expected
    conditional.fit(floats, one_hot, batch_size=BATCH, verbose=0, shuffle=False)


class Batches(keras.utils.PyDataset):
    """One batch, in Keras's own way."""

    def __init__(self, *batch):
        super().__init__()
        self.batch = batch

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self.batch


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS + 1, r"^labels must be from 0 to 2\. Received: 3\.?"),
        (LABELS - 0.5, r"^labels must be from 0 to 2\. Received: -0\.5"),
        (np.ones((6, 3)), "^Labels must be one-hot: a single 1 in each row"),
        (
            np.ones((6, 2)),
            r"^Labels must be whole numbers \(n,\), or one-hot \(n, 3\)\. Received: fl",
        ),
        (np.array(list("abcdef")), r"^Labels must be whole numbers \(n,\).* Received: string"),
        (None, "learns from pairs of images and labels. Received: labels=None"),
    ],
)
@pytest.mark.parametrize("jit", [False, True])
def test_labels_are_checked_in_every_mode(conditional, floats, labels, message, jit):
    conditional.jit_compile = jit
    conditional.train_function = None
    before = conditional.generator.get_weights()
    batch = (floats,) if labels is None else (floats, labels)
    dataset = tf.data.Dataset.from_tensors(batch if labels is not None else floats)
    for data in (batch, (dataset,), (iter([batch]),), (Batches(*batch),)):
        with pytest.raises(ValueError, match=message):
            conditional.fit(*data, verbose=0, shuffle=False)
    for one, other in zip(before, conditional.generator.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    conditional.jit_compile = False


def test_labels_of_a_term_are_checked_too(tiny_gan, floats):
    model = tiny_gan(terms=[LabelClasses()], num_labels=3)
    with pytest.raises(ValueError, match="^labels must be from 0 to 2. Received: 3"):
        model.fit(floats, LABELS + 1, verbose=0, shuffle=False)


def test_labels_that_nothing_looks_at_may_be_anything(model, floats):
    assert figures(model, floats, np.array(list("abcdef"))) == figures(model, floats)
    model.fit(floats, LABELS + 7, verbose=0, shuffle=False)


def test_weights_of_images_are_refused(model, floats):
    weights = np.ones(6)
    batches = tf.data.Dataset.from_tensors((floats, LABELS, weights))
    held = (floats, LABELS, weights)
    for data, options in (
        (floats, {"sample_weight": weights}),
        (floats, {"class_weight": {0: 1.0}}),
        (batches, {}),
        (floats, {"validation_data": held}),
    ):
        with pytest.raises(ValueError, match="^A GAN learns from all images alike: class_weight"):
            model.fit(data, verbose=0, **options)
    with pytest.raises(ValueError, match="^A GAN learns from all images alike"):
        model.evaluate(floats, sample_weight=weights, verbose=0)


@pytest.mark.parametrize("callback", checked.REFUSED, ids=lambda kind: kind.__name__)
def test_callbacks_that_need_one_optimizer_or_one_loss_are_refused(model, floats, callback):
    made = {
        keras.callbacks.LearningRateScheduler: lambda: callback(lambda epoch: 0.1),
    }.get(callback, callback)()
    for callbacks in (made, [keras.callbacks.History(), made]):
        with pytest.raises(ValueError, match=f"^{callback.__name__} cannot be used: a GAN "):
            model.fit(floats, callbacks=callbacks, verbose=0, shuffle=False)


@pytest.mark.parametrize("name", ["m.h5", "m.hdf5", "m", "m.keras.zip"])
def test_a_model_is_saved_to_a_keras_file(model, tmp_path, name):
    with pytest.raises(
        ValueError,
        match=f"^A GAN is saved to a .keras file or an hf:// address. Received: .*{name}",
    ):
        model.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["model", "conditional"])
def test_a_model_is_exported_as_any_other(kind, request, floats, tmp_path):
    model = request.getfixturevalue(kind)
    model.export(tmp_path / "out", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "out"))
    inputs = floats if kind == "model" else (floats, LABELS.astype(np.int32))
    np.testing.assert_allclose(
        served.serve(inputs)["discriminator_logits"],
        model(inputs)["discriminator_logits"],
        atol=1e-5,
    )
