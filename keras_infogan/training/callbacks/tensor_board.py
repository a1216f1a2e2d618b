"""tensorboard/: scalars, pictures and graphs of a run, for `tensorboard --logdir RUN`."""

import keras
import tensorflow as tf

from keras_infogan.training.callbacks.metrics_log import measured


class TensorBoardEvents(keras.callbacks.Callback):
    """Writes what the metrics log and the sample grids have written, as TensorBoard's events.

    Each stretch of a run that was stopped has an event file of its own; TensorBoard joins them.

    Args:
        run: A `RunDir`.
        log: The run's `MetricsLog`.
        grids: The run's `SampleGrids`; both must come before this callback.
    """

    def __init__(self, run, log, grids):
        super().__init__()
        self.run = run
        self.log = log
        self.grids = grids
        self._writer = None

    def on_train_begin(self, logs=None):
        if self._writer is None:
            self._writer = tf.summary.create_file_writer(str(self.run.path / "tensorboard"))
            self._write_graphs(int(self.model.step.numpy()))

    def _write_graphs(self, step):
        for network in (self.model.generator, self.model.trunk):
            function = tf.function(lambda *x, of=network: of(x[0] if len(x) == 1 else list(x)))
            shapes = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in network.inputs]
            graph = function.get_concrete_function(*shapes).graph
            with self._writer.as_default(step=step):
                tf.summary.graph(graph.as_graph_def())

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.step.numpy())
        with self._writer.as_default(step=step):
            if step % self.log.every == 0:
                for metric in measured(self.model):
                    tf.summary.scalar(metric.name, metric.result())
            if self.grids.last_step == step:
                for path in sorted(self.run.images.glob(f"*-{step:07d}.png")):
                    picture = tf.io.decode_png(path.read_bytes())
                    tf.summary.image(path.stem.rpartition("-")[0], picture[None])

    def on_train_end(self, logs=None):
        self._writer.flush()
