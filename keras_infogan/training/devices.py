"""The devices that a run trains on: one, or several that share each batch."""

import functools

import keras
import tensorflow as tf

from keras_infogan import cluster
from keras_infogan.errors import UserError

# Keras and TensorFlow cannot do these where several devices share a batch.
SINGLE = {"steps_per_execution": 1, "d_pretraining": 0}


def strategy_of(config):
    """The `tf.distribute` strategy of a `RunConfig`; also turns determinism on if it says so.

    Raises:
        UserError: If there are not so many devices, or an option cannot be combined with them.
    """
    if config.deterministic:
        tf.config.experimental.enable_op_determinism()
    machines = cluster.here()
    if machines.several:
        return _of_machines(config, machines)
    if config.devices is None:
        return tf.distribute.get_strategy()
    kind = "GPU" if devices_of("GPU") else "CPU"
    found = devices_of(kind)
    count = len(found) if config.devices == "all" else int(config.devices)
    if count > len(found):
        raise UserError(
            f"--devices must be all or from 1 to {len(found)}, the number of {kind}s here. "
            f"Received: {config.devices}."
        )
    if count == 1:
        return tf.distribute.get_strategy()
    _check(config, count)
    return tf.distribute.MirroredStrategy(found[:count])


def placed(config, make):
    """The model that a function makes, on the devices of a `RunConfig`."""
    with strategy_of(config).scope():
        model = make()
    if model.distribute_strategy.num_replicas_in_sync > 1:
        model.jit_compile = False  # of a checkpoint of one device, maybe
    synchronize(model, config.synchronized)
    return model


def join(config):
    """Waits for the other machines of a run, if there are any: before TensorFlow does anything."""
    if cluster.here().several:
        strategy_of(config)


def _of_machines(config, machines):
    """The strategy of several machines, each with all its GPUs or with its CPU."""
    if config.devices not in (None, "all"):
        raise UserError(
            f"--devices must be all, or left out, on several machines. Received: {config.devices}."
        )
    if config.on_divergence != "stop":
        raise UserError(
            f"--on-divergence must be stop on several machines. Received: {config.on_divergence}."
        )
    if config.starts > 1:
        raise UserError(f"--starts must be 1 on several machines. Received: {config.starts}.")
    _check(config, machines.count)  # before the machines wait for each other
    strategy = _multi_worker()
    _check(config, strategy.num_replicas_in_sync)
    return strategy


@functools.cache
def _multi_worker():
    """TensorFlow lets a process join its cluster once, and before all else."""
    tf.get_logger().setLevel("ERROR")  # it warns of what is computed outside of a graph
    return tf.distribute.MultiWorkerMirroredStrategy()


def _check(config, count):
    """Refuses what so many devices cannot do."""
    if config.batch_size % count:
        raise UserError(
            f"--batch-size must be a multiple of the {count} devices that share a batch. "
            f"Received: {config.batch_size}."
        )
    for name, only in SINGLE.items():
        if getattr(config, name) not in (only, None):
            flag = config.options()[name].flag
            raise UserError(
                f"{flag} must be {only} on several devices. Received: {getattr(config, name)}."
            )
    if config.precision == "mixed_float16":
        raise UserError(
            "--precision mixed_float16 cannot be combined with several devices: Keras scales the "
            "loss of each by itself. Use mixed_bfloat16."
        )
    if config.jit or config.measure_jit:
        flag = "--measure-jit" if config.measure_jit else "--jit"
        raise UserError(f"{flag} cannot be combined with several devices: XLA compiles for one.")


def devices_of(kind):
    """Names of the devices of a kind, `"GPU"` or `"CPU"`."""
    return [device.name for device in tf.config.list_logical_devices(kind)]


def synchronize(model, synchronized):
    """Lets each BatchNormalization see the whole batch, or a device's part of it only."""
    several = model.distribute_strategy.num_replicas_in_sync > 1
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = synchronized and several


def batches(strategy, make):
    """The batches of a run as the strategy takes them.

    Args:
        strategy: A `tf.distribute` strategy.
        make: Function of `part`, see `pipeline.training_batches`, to a `tf.data.Dataset`.
    """
    total = strategy.num_replicas_in_sync
    if total == 1:
        return make(None)

    def of_host(context):
        own = total // context.num_input_pipelines
        return make((context.input_pipeline_id * own, own, total))

    return strategy.distribute_datasets_from_function(of_host)
