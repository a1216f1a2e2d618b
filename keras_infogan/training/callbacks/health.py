"""health.jsonl: what goes wrong while a run trains, in one line each."""

import math

import keras
import numpy as np

from keras_infogan import files
from keras_infogan.data.pipeline import evenly_chosen, sample_images
from keras_infogan.evaluation.codes import read_codes
from keras_infogan.evaluation.health import Vitals, diagnose
from keras_infogan.evaluation.scores import USE_SHARE, contingency, majority_table

NOISES = 16
REAL_IMAGES = 1000
# Steps of G before the codes are looked at.
SETTLING_STEPS = 1000


class Health(keras.callbacks.Callback):
    """Checks the model every `every` steps, and prints a problem when it appears.

    Labels are used, where there are any, to name what a code stands for; training never sees
    them. A metric that is not finite ends the training.

    Args:
        path: The JSONL file: a line `{"step", "problem", "seen", "remedy"}` for each problem at
            each check.
        data: An `ImageData`.
        log: The run's `MetricsLog`.
        every: Steps between checks.
        seed: Seed of the noise.
    """

    def __init__(self, path, data, log, every=500, seed=0):
        super().__init__()
        self.path = path
        self.log = log
        self.every = every
        self.seed = seed
        chosen = evenly_chosen(len(data.train_images), REAL_IMAGES)
        self._images = data.train_images[chosen]
        self._labels = None if data.train_labels is None else data.train_labels[chosen]
        self._label_names = data.label_names
        self._num_labels = 0 if data.train_labels is None else int(np.max(data.train_labels)) + 1

    def on_train_begin(self, logs=None):
        files.drop_later_rows(self.path, int(self.model.step.numpy()))

    def on_train_batch_end(self, batch, logs=None):
        finite = all(math.isfinite(float(value)) for value in (logs or {}).values())
        if int(self.model.step.numpy()) % self.every == 0 or not finite:
            self.check()
        if not finite:
            self.model.stop_training = True

    def check(self):
        """Looks at the model as it stands, notes its problems and returns them."""
        vitals = self._vitals()
        problems = diagnose(vitals)
        known = {row["problem"] for row in files.read_jsonl(self.path)}
        for problem in problems:
            if problem.name not in known:
                print(f"\nstep {vitals.step}, {problem}", flush=True)
        files.append_jsonl(
            self.path,
            *(
                {
                    "step": vitals.step,
                    "problem": problem.name,
                    "seen": problem.seen,
                    "remedy": problem.remedy,
                }
                for problem in problems
            ),
        )
        return problems

    def summary(self):
        """The problems so far, for summary.json.

        Returns:
            List of dicts `problem`, `seen` and `remedy` as last noted, `first_step` and
            `last_step`.
        """
        found = {}
        for row in files.read_jsonl(self.path):
            step = row.pop("step")
            first = found.get(row["problem"], {"first_step": step})["first_step"]
            found[row["problem"]] = {**row, "first_step": first, "last_step": step}
        return list(found.values())

    def _vitals(self):
        model, latents = self.model, self.model.latents
        row = self.log.row()
        g_steps = row["step"] - model.d_pretraining
        first = latents.categorical[0] if latents.categorical else None
        noises = NOISES if latents.noise.size else 1
        # Images of a code may owe their variety to the continuous codes, so these vary too.
        drawn = {
            position: latents.codes[position].sample(noises, [self.seed, position])[:, 0]
            for position in latents.continuous
        }
        if first is None:
            tables, kind = [latents.fixed(noises, self.seed, drawn)], None
            code_labels, unused = {}, ()
        else:
            kind = "code" if model.reads_codes else "label"
            size = latents.codes[first].size
            tables = [latents.fixed(noises, self.seed, {**drawn, first: c}) for c in range(size)]
            code_labels, unused = self._reading(size) if model.reads_codes else ({}, ())
        generated = model.generate(np.stack(tables))
        return Vitals(
            step=row["step"],
            g_steps=g_steps,
            is_probability=model.objective.is_probability,
            metrics={m.name: row[m.name] for m in model.metrics if m.name in row},
            entropy=latents.entropy(latents.categorical) if model.reads_codes else 0.0,
            warmed_up=g_steps >= max(getattr(model, "information_warmup", 0), SETTLING_STEPS),
            kind=kind,
            generated=generated,
            real=sample_images(self._images, REAL_IMAGES, model.generator.output_shape[1]),
            code_labels=code_labels,
            num_labels=self._num_labels,
            unused_codes=unused,
            stds=self._stds(generated),
        )

    def _reading(self, num_codes):
        """What Q's codes stand for among the real images, and the codes it hardly gives."""
        codes = read_codes(self.model, self._images)
        counts = np.bincount(codes, minlength=num_codes)
        unused = np.flatnonzero(counts < USE_SHARE * len(codes) / num_codes)
        if self._labels is None:
            return {}, tuple(unused.tolist())
        table = majority_table(contingency(codes, self._labels, num_codes, self._num_labels))
        used = [code for code in range(num_codes) if code not in unused]
        names = self._label_names or range(self._num_labels)
        return {code: names[table[code]] for code in used}, tuple(unused.tolist())

    def _stds(self, generated):
        latents = self.model.latents
        learned = [p for p in latents.continuous if latents.codes[p].std is None]
        if not learned or not np.isfinite(generated).all():
            return {}
        images = generated.reshape(-1, *generated.shape[2:])
        read = self.model.predict(images, batch_size=500, verbose=0)["code_parameters"]
        parts = latents.split_parameters(read)
        return {
            latents.names[p]: (
                float(np.mean(latents.codes[p].mean_and_std(parts[p])[1])),
                latents.codes[p].min_std,
            )
            for p in learned
        }
