"""The devices that a run trains on: one, or several that share each batch."""

import keras
import tensorflow as tf

from keras_infogan.errors import UserError

# Keras and TensorFlow cannot do these where several devices share a batch.
SINGLE = {"steps_per_execution": 1, "d_pretraining": 0}


def strategy_of(config):
    """The `tf.distribute` strategy of a `RunConfig`; also turns determinism on if it says so.

    Raises:
        UserError: If there are not so many devices, or an option does not go with them.
    """
    if config.deterministic:
        tf.config.experimental.enable_op_determinism()
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
    if config.batch_size % count:
        raise UserError(
            f"--batch-size must be a multiple of the {count} devices that share a batch. "
            f"Received: {config.batch_size}."
        )
    for name, only in SINGLE.items():
        if getattr(config, name) != only:
            flag = config.options()[name].flag
            raise UserError(
                f"{flag} must be {only} on several devices. Received: {getattr(config, name)}."
            )
    if config.precision == "mixed_float16":
        raise UserError(
            "--precision mixed_float16 does not go with several devices: Keras scales the loss of "
            "each by itself. Take mixed_bfloat16."
        )
    if config.jit:
        raise UserError("--jit does not go with several devices: XLA compiles for one.")
    return tf.distribute.MirroredStrategy(found[:count])


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
