"""Every registered term, and one of a user's own, through the same checks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from comparing import assert_equal, state

from keras_infogan import registry, saving
from keras_infogan.errors import UserError
from keras_infogan.latents import Categorical, Uniform
from keras_infogan.models.update import step_seeds
from keras_infogan.terms import Term
from keras_infogan.transforms.instance_noise import InstanceNoise

BATCH = 5
# The only number of each by its name and default, whose loss it adds to, and where it adds nothing.
TERMS = {
    "feature_matching": ("weight", 1.0, "g", 0.0),
    "historical_averaging": ("weight", 0.01, "dg", 0.0),
    "label_classes": ("weight", 1.0, "d", 0.0),
    "label_smoothing": ("target", 0.9, "d", 1.0),
    "picture_critic": ("weight", 1.0, "g", 0.0),
    "r1": ("weight", 0.1, "d", 0.0),
    "two_looks": ("weight", 1.0, "d", 0.0),
    "wgan_gp": ("weight", 10.0, "d", 0.0),
    "small_images": ("weight", 2.0, "g", 0.0),
}
TOLD = "picture_critic(told_codes=True)"
every_term = pytest.mark.parametrize("name", TERMS)


@pytest.fixture(scope="module", autouse=True)
def own_term():
    """A term from outside: adds weight · E|x| over generated images to G's loss."""

    @registry.register("term", "small_images")
    @keras.saving.register_keras_serializable(package="tests")
    class SmallImages(Term):
        def __init__(self, weight: float = 2.0, **kwargs):
            super().__init__(**kwargs)
            self.weight = weight

        def g_loss(self, model, update):
            return self.weight * tf.reduce_mean(tf.abs(update.generated.images))

        def get_config(self):
            return super().get_config() | {"weight": self.weight}


@pytest.fixture(scope="module")
def model_with(tiny_gan):
    """A function: texts of terms → a compiled InfoGAN with them, for data of three labels."""

    def make(*texts, **settings):
        return tiny_gan(
            terms=[registry.get("term", text) for text in texts],
            codes=[Categorical(4), Uniform()],
            num_labels=3,
            transforms=[InstanceNoise(0.3)],
            d_optimizer=keras.optimizers.SGD(0.05),
            g_optimizer=keras.optimizers.SGD(0.05),
            **settings,
        )

    return make


def batch(images, seed=0):
    """Images with labels, for what needs them."""
    return tf.constant(images), tf.constant(np.random.default_rng(seed).integers(0, 3, len(images)))


def test_every_registered_term_is_checked_here():
    assert sorted(TERMS) == registry.names("term")


@every_term
def test_the_default_and_the_round_trip_of_a_configuration(name):
    argument, default, _, _ = TERMS[name]
    assert getattr(registry.get("term", name), argument) == default
    one = registry.get("term", f"{name}(0.5)")
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(one))
    assert type(twin) is type(one)
    assert twin.get_config() == one.get_config()
    assert twin.get_config()[argument] == getattr(twin, argument) == 0.5


@pytest.mark.parametrize("text", [*(f"{name}(0.5)" for name in TERMS), TOLD])
def test_training_on_from_a_file_equals_training_on(text, model_with, small_images, tmp_path):
    model = model_with(text)
    model.train_step(batch(small_images(BATCH)))
    model.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")
    assert [one.get_config() for one in loaded.terms] == [one.get_config() for one in model.terms]
    assert_equal(state(model), state(loaded))
    for one in (model, loaded):
        one.train_step(batch(small_images(BATCH, 1), 1))
    assert_equal(state(model), state(loaded))


@pytest.mark.parametrize(
    ("names", "jit_compile"),
    # XLA takes long to compile: all of them at once.
    [*(([name], False) for name in TERMS), ([*TERMS, TOLD], True)],
    ids=[*TERMS, "all by XLA"],
)
def test_two_steps_in_a_graph_are_finite(names, jit_compile, model_with, small_images):
    model = model_with(*names)
    before = state(model)
    step = tf.function(model.train_step, autograph=False, jit_compile=jit_compile)
    for seed in range(2):
        values = step(batch(small_images(BATCH, seed), seed))
    assert int(model.step.numpy()) == 2
    assert all(np.isfinite(float(value)) for value in values.values())
    assert all(np.isfinite(value).all() for value in state(model))
    moved = [(old != new).any() for old, new in zip(before, state(model), strict=True)]
    assert np.mean(moved) > 0.8


@every_term
def test_a_term_reaches_the_player_that_it_belongs_to_and_no_other(
    name, model_with, small_images, arrays
):
    _, _, players, off = TERMS[name]
    images, labels = batch(small_images(BATCH))
    after = {"d": [], "g": []}
    for strength in (off, 0.6):
        model = model_with(f"{name}({strength})")
        for term in model.terms:  # what is pulled to the past is away from it
            for variable in term.non_trainable_variables:
                variable.assign(variable - 1.0 if len(variable.shape) else 9.0)
        seeds = step_seeds(model.seed, 0)
        model.update_discriminator(images, labels, tf.constant(0), seeds)
        after["d"].append(arrays(model.d_variables))
        for variable, value in zip(model.d_variables, after["d"][0], strict=True):
            variable.assign(value)  # the same D for both
        model.update_generator(images, labels, tf.constant(0), seeds)
        after["g"].append(arrays(model.g_variables))
    for player, (without, with_it) in after.items():
        if player in players:
            moved = max(np.abs(x - y).max() for x, y in zip(without, with_it, strict=True))
            assert moved > 1e-5, player
        else:
            assert_equal(without, with_it)


def test_the_base_class_does_nothing(tiny_gan, small_images):
    plain, idle = tiny_gan(), tiny_gan(terms=[Term()])
    for model in (plain, idle):
        model.train_step(small_images(BATCH))
    assert_equal(state(plain), state(idle))


def test_all_terms_train_an_infogan_and_a_conditional_gan_together(
    model_with, tiny_gan, small_images, tmp_path
):
    model = model_with(*TERMS)
    told = [registry.get("term", name) for name in TERMS if name != "two_looks"]
    told = tiny_gan(
        terms=told, conditional=True, num_labels=3, d_optimizer=keras.optimizers.SGD(0.05)
    )
    for one in (model, told):
        values = one.train_step(batch(small_images(BATCH)))
        assert all(np.isfinite(float(value)) for value in values.values())
    told.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")
    for one in (told, loaded):
        one.train_step(batch(small_images(BATCH, 1), 1))
    assert_equal(state(told), state(loaded))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("r1(-1.0)", "weight must be a finite number from 0 to inf. Received: weight=-1.0"),
        ("r1(1e999)", "weight must be a finite number from 0 to inf. Received: weight=inf"),
        (
            "label_smoothing(1.5)",
            "target must be a finite number from 0 to 1. Received: target=1.5",
        ),
        ("two_looks(1, distorsion)", "transform must be one of .* Did you mean distortion"),
        ("feature_matching(strong)", "weight must be of type float"),
    ],
)
def test_arguments_out_of_range_are_refused(text, rule):
    with pytest.raises(UserError, match=rule):
        registry.get("term", text)
