"""evaluations.jsonl: all scores every N epochs."""

from keras_infogan import files
from keras_infogan.errors import UserError
from keras_infogan.evaluation.complete import evaluate_model
from keras_infogan.training.listeners.console import say
from keras_infogan.training.listeners.listener import Listener


class Evaluation(Listener):
    """Appends a line `{"step", "epoch", **scores}` every `every` epochs, if there are scores.

    The scores are for people to look at; nothing in a training follows from them.

    Args:
        path: The JSONL file; lines after the model's step are dropped when training begins.
        plan: The run's `Plan`.
        every: Epochs between lines.
    """

    def __init__(self, path, plan, every):
        self.path = path
        self.plan = plan
        self.every = every

    def begin(self, model, step):
        super().begin(model, step)
        files.drop_later_rows(self.path, step)

    def tick(self, tick):
        if not tick.passes(self.every * self.plan.steps_per_epoch):
            return
        try:
            scores = evaluate_model(self.model, self.plan.data, self.plan.config.seed)
        except UserError as error:  # no reason to lose the run: the health check says what is wrong
            say(f"step {tick.step}: {error}")
            return
        row = {"step": tick.step, "epoch": round(tick.epoch, 4), **scores}
        files.append_jsonl(self.path, row)
        accuracy = scores["codes"]["code_accuracy"]
        shown = "none" if accuracy is None else f"{accuracy:.3f}"
        say(
            f"step {tick.step}, one-to-one accuracy {shown}, Fréchet distance "
            f"{scores['generated']['frechet']:.1f}"
        )
