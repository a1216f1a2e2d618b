"""What a run will do: its data, its length and its config, worked out once and passed down."""

import dataclasses

import numpy as np

from keras_infogan.config import RunConfig
from keras_infogan.data import neighbors, pipeline, sources
from keras_infogan.data.image_data import ImageData
from keras_infogan.errors import UserError


@dataclasses.dataclass(frozen=True)
class Plan:
    """A run that can be begun.

    Args:
        config: The RunConfig, its data set named.
        data: The data.
        steps_per_epoch: Steps in a pass over the training images.
        total_steps: Step at which the run ends.
        until: Step at which to stop earlier, or None.
        seed_of_pictures: Seed of the latents that are drawn on the way, by default the config's.
    """

    config: RunConfig
    data: ImageData
    steps_per_epoch: int
    total_steps: int
    until: int | None = None
    seed_of_pictures: int | None = None

    @property
    def last_step(self):
        """Step at which training stops."""
        return self.until or self.total_steps

    @property
    def channels(self):
        """Channels of the images."""
        return self.data.train_images.shape[-1]

    @property
    def num_labels(self):
        """Number of labels of the training images; 0 without any."""
        return self.data.num_labels

    def batches(self, first_step, with_labels, part=None):
        """The batches of the run from a step on, see `pipeline.training_batches`."""
        labels = None
        if with_labels:
            labels = np.searchsorted(np.unique(self.data.train_labels), self.data.train_labels)
        config = self.config
        return pipeline.training_batches(
            self.data.train_images,
            config.image_size,
            config.batch_size,
            config.seed,
            first_step,
            labels,
            part,
            self.data.neighbors(config.neighbors) if config.neighbors else None,
        )


def make_plan(config, data_dir=None):
    """Loads the data of a config.

    Args:
        config: A `RunConfig`.
        data_dir: Where tensorflow-datasets keeps its data sets.

    Returns:
        A `Plan`.

    Raises:
        UserError: If the data cannot be had, or is not enough for the config.
    """
    data = sources.load(
        config.dataset,
        data_dir,
        config.image_size,
        config.channels,
        config.crop,
        config.validation_images,
    )
    steps_per_epoch = pipeline.steps_per_epoch(len(data.train_images), config.batch_size)
    if config.neighbors:
        neighbors.check(config.neighbors, len(data.train_images))
    plan = Plan(
        dataclasses.replace(config, dataset=data.name),
        data,
        steps_per_epoch,
        config.total_steps(steps_per_epoch),
    )
    begun = config.start_steps(plan.total_steps)  # of several starts, which are compared then
    steps, of = (plan.total_steps, "run") if begun is None else (begun, "start")
    if config.d_pretraining >= steps:
        raise UserError(
            f"--d-pretraining must leave the generator some of the {of}'s {steps} steps. "
            f"Received: {config.d_pretraining}."
        )
    return plan
