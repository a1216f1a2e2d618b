"""Several starts of a run, of which the one goes on whose codes tell most of real images.

A GAN's first steps decide much of what its codes will stand for. As k-means does with `n_init`, a
run can begin several times with other weights and noise, and go on with the best start. Like there,
the choice takes no labels: it is made by `between_looks` at training images.
"""

import dataclasses
import shutil

import numpy as np

from keras_infogan import checkpoints, files
from keras_infogan.data.pipeline import sample_images
from keras_infogan.errors import DivergedError
from keras_infogan.evaluation.information import between_looks
from keras_infogan.saving import load_model

IMAGES = 5000  # real images that a start is scored with


def plans(plan):
    """The plan of each start: that of a run of its own which stops early, with a seed of its own.

    The first has the seed of the run.

    Args:
        plan: The `Plan` of a run with several starts.
    """
    until = plan.config.start_steps(plan.total_steps)
    options = {name: one.default for name, one in type(plan.config).options().items()}
    alone = {name: options[name] for name in ("starts", "choose_at")}
    for number in range(plan.config.starts):
        config = dataclasses.replace(plan.config, seed=_seed(plan.config.seed, number), **alone)
        yield dataclasses.replace(plan, config=config, until=until)


def _seed(seed, number):
    if number == 0:
        return seed
    return int(np.random.SeedSequence([seed, number, 0]).generate_state(1)[0] >> 1)


def choose(run, plan, train):
    """Trains the starts of a run, those that are over already excepted, and adopts the best.

    The best one's checkpoint, logs and pictures become the run's, so that the run can be resumed
    from them. A start that diverges is out of the choice.

    Args:
        run: A `RunDir`.
        plan: The `Plan` of a run with several starts.
        train: Function of a start's `RunDir` and `Plan` that trains it as far as it is to go.
            Returns False if a signal stopped it.

    Returns:
        False if a signal stopped one of the starts; nothing is adopted then.

    Raises:
        DivergedError: If all starts diverged.
    """
    starts = []
    for number, its_plan in enumerate(plans(plan), 1):
        start = run.start(number)
        row = {"seed": its_plan.config.seed, "seconds": 0.0, "between_looks": None}
        print(f"Start {number} of {plan.config.starts}:", flush=True)
        try:
            if not train(start, its_plan):
                return False
            row["between_looks"] = _score(start, plan)
        except DivergedError as error:
            diverged = error
            print(f"{start.path} is out: {error}", flush=True)
        if rows := start.read_metrics():
            row["seconds"] = round(rows[-1]["seconds"], 1)
        starts.append(row)
    nats = [-1.0 if row["between_looks"] is None else row["between_looks"] for row in starts]
    best = int(np.argmax(nats))
    if nats[best] < 0:
        raise DivergedError(diverged.step, diverged.quantity, ", as in every other start")
    files.write_json(run.starts, {"chosen": best + 1, "starts": starts})
    _adopt(run, run.start(best + 1))
    told = ", ".join("diverged" if value < 0 else f"{value:.3f}" for value in nats)
    print(
        f"Start {best + 1} goes on: its codes have the most information between two looks at "
        f"training images, in nats ({told}).",
        flush=True,
    )
    return True


def _score(start, plan):
    """Nats between two looks of all categorical codes; None where Q's output is not finite."""
    model = load_model(start.latest_checkpoint())
    images = sample_images(plan.data.train_images, IMAGES, plan.config.image_size)
    nats = between_looks(model, images, plan.config.seed).values()
    return None if None in nats else sum(nats)


def _adopt(run, start):
    """Makes what a start has written the run's own, its checkpoint last of all."""
    for own, other in zip(run.logs, start.logs, strict=True):
        if other.exists():
            _copy(other, own)
    for picture in start.images.glob("*.png"):
        _copy(picture, run.images / picture.name)
    checkpoint = start.latest_checkpoint()
    own = run.checkpoint(checkpoints.step_of(checkpoint))
    checkpoints.save(own, lambda part: shutil.copyfile(checkpoint, part), run.logs)


def _copy(path, to):
    files.replace_with(to, lambda part: shutil.copyfile(path, part))


def seconds_elsewhere(found):
    """Seconds of training in the starts that were not chosen.

    Args:
        found: The content of a run's starts.json, or None.
    """
    if found is None:
        return 0.0
    others = (row for number, row in enumerate(found["starts"], 1) if number != found["chosen"])
    return sum(row["seconds"] for row in others)
