"""The jobs that are timed: a train step, its convolutions alone, a matrix product."""

import numpy as np

from benchmarks.worker import Job

MNIST = 60_000


def config_of(preset, **options):
    """A preset's config with other options."""
    from keras_infogan.registry import PRESETS

    return PRESETS.get(preset).config.with_options(**options)


def make_model(config):
    """The model of a config, as a run on MNIST would build it."""
    from keras_infogan.training.assembly import build_model

    return build_model(config, config.channels or 1, config.total_steps(MNIST // config.batch_size))


def random_images(count, config):
    """uint8 noise."""
    shape = (count, config.image_size, config.image_size, config.channels or 1)
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def train_step(preset, images=None, tf32=True, on_device=False, **options):
    """The train step of a preset.

    Args:
        preset: Its name.
        images: Size of a data set from which the pipeline makes batches; None takes one and the
            same batch each time.
        tf32: Whether a GPU may round factors to TensorFloat-32.
        on_device: Whether the batch lies in the GPU's memory already.
        **options: Of the config.
    """
    from keras_infogan import quiet

    quiet.import_tensorflow()
    import tensorflow as tf

    from keras_infogan.data import pipeline

    config = config_of(preset, **options)
    tf.config.experimental.enable_tensor_float_32_execution(tf32)
    model = make_model(config)
    if images is None:
        batch = random_images(config.batch_size, config)
        batch = pipeline.to_model_range(tf.constant(batch), config.image_size)
        data = tf.data.Dataset.from_tensors(batch).repeat()
        if on_device and tf.config.list_logical_devices("GPU"):
            data = data.apply(tf.data.experimental.prefetch_to_device("/gpu:0", 4))
    else:
        raw = random_images(images, config)
        data = pipeline.training_batches(raw, config.image_size, config.batch_size, config.seed)
    iterator = iter(data)
    model.make_train_function()
    step, watched = model.train_function, model.d_optimizer.iterations

    def call():
        step(iterator)
        watched.numpy()  # on a GPU a call returns before its step is done

    return Job(call, config.batch_size * config.steps_at_once)


def convolutions(preset, **options):
    """The convolutions and dense products of a preset's step, and nothing else."""
    from keras_infogan import quiet

    quiet.import_tensorflow()
    from benchmarks import arithmetic

    config = config_of(preset, **options)
    products = arithmetic.products(make_model(config), config)
    return Job(arithmetic.alone(products, config.batch_size), config.batch_size)


def step_flop(preset, **options):
    """Floating-point operations of a preset's step, for one image."""
    from keras_infogan import quiet

    quiet.import_tensorflow()
    from benchmarks import arithmetic

    config = config_of(preset, **options)
    return arithmetic.flop(arithmetic.products(make_model(config), config))


def matrix_product(size=2048):
    """A product of two square float32 matrices; units are floating-point operations."""
    from keras_infogan import quiet

    quiet.import_tensorflow()
    import tensorflow as tf

    one, other = (tf.random.stateless_normal((size, size), (0, seed)) for seed in (0, 1))
    return Job(lambda: tf.matmul(one, other).numpy()[0, 0], 2.0 * size**3)


def batches(preset, images=MNIST, stored=28, **options):
    """The input pipeline of a preset alone."""
    from keras_infogan import quiet

    quiet.import_tensorflow()
    from keras_infogan.data import pipeline

    config = config_of(preset, **options)
    shape = (images, stored, stored, config.channels or 1)
    raw = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    iterator = iter(
        pipeline.training_batches(raw, config.image_size, config.batch_size, config.seed)
    )
    return Job(lambda: next(iterator), config.batch_size)


def step_mode(preset, **options):
    """Whether XLA compiles the step of a preset on this machine."""
    from keras_infogan import quiet

    quiet.import_tensorflow()
    return bool(make_model(config_of(preset, **options)).jit_compile)
