"""images/: what the generator makes of fixed latents, step after step."""

import sys

from keras_infogan.pictures import save_animation, save_grid
from keras_infogan.training.listeners.listener import Listener

# An epoch can take a quarter of an hour: look early too.
EARLY_STEPS = (100, 200, 300, 500)
COLUMNS = 10


class SampleGrids(Listener):
    """Writes grids and traversals at early steps, every `every` steps, and when told to.

    The latents are those of the model's `LatentSpec` for one seed, the same at every step, so
    pictures of different steps can be compared.

    - noise-by-code-<step>.png: rows one code, columns different noise.
    - codes-by-noise-<step>.png: rows one noise, columns different codes.
    - traversal-<code>-<step>.png: one continuous code from -2 to 2, all else fixed.
    - samples-<step>.png: different noise, for a model without codes.
    - evolution.gif: the first of them over the steps, when training ends.

    Where there are several categorical codes, each has grids of its own, named
    noise-by-code-<code>-<step>.png and so on.

    Args:
        run: A `RunDir`.
        every: Steps between pictures.
        seed: Seed of the noise.
    """

    def __init__(self, run, every, seed=0):
        self.run = run
        self.every = every
        self.seed = seed
        self.last_step = None  # of which there are pictures
        self.newest = None  # path of the first picture of that step

    def begin(self, model, step):
        super().begin(model, step)
        self.last_step = step

    def tick(self, tick):
        if tick.passes(self.every) or tick.reaches(*EARLY_STEPS) or tick.last:
            self.save(tick.step)

    def end(self, step):
        if step != self.last_step:
            self.save(step)
        steps = self.run.first_pictures()
        animation = self.run.images / "evolution.gif"
        for picture in save_animation(animation, [steps[at] for at in sorted(steps)]):
            print(f"{picture} is damaged: {animation.name} leaves it out.", file=sys.stderr)

    def save(self, step):
        """Writes the pictures of the model as it is at a step."""
        self.last_step = step
        latents = self.model.latents
        several = len(latents.categorical) > 1
        for position in latents.categorical:
            of = f"-{latents.names[position]}" if several else ""
            table = self.model.generate(latents.code_table(COLUMNS, position, self.seed))
            save_grid(self.run.image(f"noise-by-code{of}", step), table)
            save_grid(self.run.image(f"codes-by-noise{of}", step), table.swapaxes(0, 1))
        if not latents.codes:
            noises = latents.fixed(COLUMNS**2, self.seed).reshape(COLUMNS, COLUMNS, -1)
            save_grid(self.run.image("samples", step), self.model.generate(noises))
        for position in latents.pictured:
            traversal = latents.traversal(position, seed=self.seed)
            name = f"traversal-{latents.names[position]}"
            save_grid(self.run.image(name, step), self.model.generate(traversal))
        self.newest = self.run.first_pictures()[step]
