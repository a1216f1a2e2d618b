"""health.jsonl: what goes wrong while a run trains, in one line each."""

from keras_infogan import files
from keras_infogan.evaluation.health import diagnose
from keras_infogan.evaluation.vitals import Reference, vitals_of
from keras_infogan.training.listeners.console import say
from keras_infogan.training.listeners.listener import Listener


class Health(Listener):
    """Checks the model every `every` steps, and prints a problem when it appears.

    Labels are used, where there are any, to name what a code stands for; training never sees
    them.

    Args:
        path: The JSONL file: a line `{"step", "problem", "seen", "remedy"}` for each problem at
            each check.
        plan: The run's `Plan`.
        every: Steps between checks.
    """

    def __init__(self, path, plan, every=500):
        self.path = path
        self.every = every
        self.seed = plan.config.seed
        self.reference = Reference.of(plan.data)

    def begin(self, model, step):
        super().begin(model, step)
        files.drop_later_rows(self.path, step)

    def tick(self, tick):
        if tick.passes(self.every):
            self.check(tick)

    def check(self, tick):
        """Looks at the model as it stands, notes its problems and returns them."""
        vitals = vitals_of(self.model, self.reference, tick.step, tick.metrics, self.seed)
        problems = diagnose(vitals)
        known = {row.get("problem") for row in files.read_jsonl(self.path)}
        for problem in problems:
            if problem.name not in known:
                say(f"step {tick.step}, {problem}")
        rows = (
            {
                "step": tick.step,
                "problem": problem.name,
                "seen": problem.seen,
                "remedy": problem.remedy,
            }
            for problem in problems
        )
        files.append_jsonl(self.path, *rows)
        return problems
