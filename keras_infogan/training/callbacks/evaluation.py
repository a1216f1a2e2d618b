"""evaluations.jsonl: all scores every N epochs."""

import keras

from keras_infogan import files
from keras_infogan.errors import UserError
from keras_infogan.evaluation.complete import evaluate_model


class Evaluation(keras.callbacks.Callback):
    """Appends a line `{"step", "epoch", **scores}` every `every` epochs, if there are scores.

    The scores are for people to look at; nothing in a training follows from them.

    Args:
        path: The JSONL file; lines after the model's step are dropped when training begins.
        data: An `ImageData`.
        every: Epochs between lines.
        steps_per_epoch: Steps in a pass over the data.
        seed: Seed of the generated images.
    """

    def __init__(self, path, data, every, steps_per_epoch, seed=0):
        super().__init__()
        self.path = path
        self.data = data
        self.every = every
        self.steps_per_epoch = steps_per_epoch
        self.seed = seed

    def on_train_begin(self, logs=None):
        files.drop_later_rows(self.path, int(self.model.step.numpy()))

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.step.numpy())
        if step % (self.every * self.steps_per_epoch):
            return
        try:
            scores = evaluate_model(self.model, self.data, self.seed)
        except UserError as error:  # no reason to lose the run: the health check says what is wrong
            print(f"\nstep {step}: {error}", flush=True)
            return
        epoch = step // self.steps_per_epoch
        files.append_jsonl(self.path, {"step": step, "epoch": epoch, **scores})
        accuracy = scores["codes"]["code_accuracy"]
        shown = "none" if accuracy is None else f"{accuracy:.3f}"
        print(
            f"\nstep {step}, one-to-one accuracy {shown}, Fréchet distance "
            f"{scores['generated']['frechet']:.1f}",
            flush=True,
        )
