"""images/: what the generator makes of fixed latents, step after step."""

import keras

from keras_infogan.pictures import save_grid

# An epoch can take a quarter of an hour: look early too.
EARLY_STEPS = (100, 200, 300, 500)
COLUMNS = 10


class SampleGrids(keras.callbacks.Callback):
    """Writes grids and traversals at early steps, every `every` steps, and when told to.

    The latents are those of the model's `LatentSpec` for one seed, the same at every step, so
    pictures of different steps can be compared.

    - noise-by-code-<step>.png: rows one code, columns different noise.
    - codes-by-noise-<step>.png: rows one noise, columns different codes.
    - traversal-<code>-<step>.png: one continuous code from -2 to 2, all else fixed.
    - samples-<step>.png: different noise, for a model without codes.

    Args:
        run: A `RunDir`.
        every: Steps between pictures.
        seed: Seed of the noise.
    """

    def __init__(self, run, every, seed=0):
        super().__init__()
        self.run = run
        self.every = every
        self.seed = seed
        self.last_step = None  # of which there are pictures

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.step.numpy())
        if step % self.every == 0 or step in EARLY_STEPS:
            self.save()

    def save(self):
        """Writes the pictures of the model's present step."""
        step = self.last_step = int(self.model.step.numpy())
        latents = self.model.latents
        if latents.categorical:
            table = self.model.generate(latents.one_hot_table(COLUMNS, seed=self.seed))
            save_grid(self.run.image("noise-by-code", step), table)
            save_grid(self.run.image("codes-by-noise", step), table.swapaxes(0, 1))
        if not latents.codes:
            noises = latents.fixed(COLUMNS**2, self.seed).reshape(COLUMNS, COLUMNS, -1)
            save_grid(self.run.image("samples", step), self.model.generate(noises))
        for position in latents.continuous:
            traversal = latents.traversal(position, seed=self.seed)
            name = f"traversal-{latents.names[position]}"
            save_grid(self.run.image(name, step), self.model.generate(traversal))
