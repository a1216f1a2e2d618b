"""Several starts of a run, of which the one goes on whose codes carry the most information.

Seeds differ: two digits may share a code to the end. As k-means does with `n_init`, a run can begin
several times with other weights and noise, and go on with the best start. As there, no labels are
used: starts are compared by `between_looks` at training images. What training asks for, all starts
learn; light that it never shows tells codes for the kind of object from codes for its brightness.
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
UNSCORED = -1.0  # nats of a start that diverged; below all others


def plans(plan):
    """The plan of each start: that of a run which stops early, with a seed of its own.

    The first has the seed of the run.

    Args:
        plan: The `Plan` of a run with several starts.
    """
    until = plan.config.start_steps(plan.total_steps)
    for number in range(plan.config.starts):
        config = plan.config.with_options(seed=_seed(plan.config.seed, number), starts=1)
        yield dataclasses.replace(
            plan, config=config, until=until, seed_of_pictures=plan.config.seed
        )


def _seed(seed, number):
    """Seed of a start; none that a restart of the run has, see `divergence.noise_seed`."""
    if number == 0:
        return seed
    return int(np.random.SeedSequence([seed, number, 1]).generate_state(1)[0] >> 1)


def choose(run, plan, train):
    """Trains the starts of a run as far as they are to go, and adopts the best.

    Its checkpoint, logs and pictures become the run's, so that the run can be resumed from them. A
    start that diverges is not considered.

    Args:
        run: A `RunDir`.
        plan: The `Plan` of a run with several starts.
        train: Function of a start's `RunDir` and `Plan` that trains it from wherever it stands as
            far as it is to go. Returns False if a signal stops it.

    Returns:
        False if a signal stopped one of the starts; nothing is adopted then.

    Raises:
        DivergedError: If all starts diverged: that of the last.
    """
    rows, diverged = [], None
    for number, its_plan in enumerate(plans(plan), 1):
        start, nats = run.start(number), None
        print(f"Start {number} of {plan.config.starts}:", flush=True)
        try:
            if not train(start, its_plan):
                return False
            nats = _score(start, plan)
        except DivergedError as error:
            diverged = error
            print(
                f"{start.path} is not considered: {error.quantity} is not finite at step "
                f"{error.step}.",
                flush=True,
            )
        metrics = start.read_metrics()
        seconds = round(metrics[-1].get("seconds", 0.0), 1) if metrics else 0.0
        rows.append({"seed": its_plan.config.seed, "seconds": seconds, "between_looks": nats})
    nats = [UNSCORED if row["between_looks"] is None else row["between_looks"] for row in rows]
    best = int(np.argmax(nats)) + 1
    failed = max(nats) == UNSCORED
    files.write_json(run.starts, {"chosen": None if failed else best, "starts": rows})
    if failed:
        raise diverged
    _adopt(run, run.start(best))
    told = ", ".join("diverged" if value == UNSCORED else f"{value:.3f}" for value in nats)
    print(
        f"Start {best} goes on: its codes have the most information between two looks at "
        f"training images, in nats ({told}).",
        flush=True,
    )
    return True


def _score(start, plan):
    """Nats between two looks of all categorical codes."""
    model = load_model(start.latest_checkpoint())
    images = sample_images(plan.data.train_images, IMAGES, plan.config.image_size)
    brightness = plan.config.choose_brightness
    nats = between_looks(model, images, plan.config.seed, brightness).values()
    if None in nats:
        raise DivergedError(int(model.step.numpy()), "Q's output")
    return sum(nats)


def _adopt(run, start):
    """Makes what a start has written the run's own, its checkpoint last of all."""
    events = start.path.glob("tensorboard/*")
    for path in (*start.logs, *start.images.glob("*.png"), *events):
        if path.exists():
            to = run.path / path.relative_to(start.path)
            files.make_directory(to.parent)
            _copy(path, to)
    checkpoint = start.latest_checkpoint()
    own = run.checkpoint(checkpoints.step_of(checkpoint))
    checkpoints.save(own, lambda part: shutil.copyfile(checkpoint, part), run.logs)


def _copy(path, to):
    files.replace_with(to, lambda part: shutil.copyfile(path, part))
