"""tensorboard/: scalars, pictures and graphs of a run, for `tensorboard --logdir RUN`."""

import tensorflow as tf

from keras_infogan.training.listeners.listener import Listener


class TensorBoardEvents(Listener):
    """Writes what the metrics log and the sample grids have written, as TensorBoard's events.

    Each stretch of a run that was stopped has an event file of its own; TensorBoard joins them.

    Args:
        run: A `RunDir`.
        grids: The run's `SampleGrids`, which must come before this listener.
    """

    def __init__(self, run, grids):
        self.run = run
        self.grids = grids
        self._writer = None

    def begin(self, model, step):
        super().begin(model, step)
        self._writer = tf.summary.create_file_writer(str(self.run.path / "tensorboard"))
        self._write_graphs(step)

    def _write_graphs(self, step):
        for network in (self.model.generator, self.model.trunk):
            function = tf.function(lambda *x, of=network: of(x[0] if len(x) == 1 else list(x)))
            shapes = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in network.inputs]
            graph = function.get_concrete_function(*shapes).graph
            with self._writer.as_default(step=step):
                tf.summary.graph(graph.as_graph_def())

    def tick(self, tick):
        with self._writer.as_default(step=tick.step):
            for name, value in tick.metrics.items():
                tf.summary.scalar(name, value)
            if self.grids.last_step == tick.step:
                for path in sorted(self.run.images.glob(f"*-{tick.step:07d}.png")):
                    picture = tf.io.decode_png(path.read_bytes())
                    tf.summary.image(path.stem.rpartition("-")[0], picture[None])

    def end(self, step):
        self._writer.close()

    def fail(self):
        self._writer.close()
