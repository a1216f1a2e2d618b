"""What a run records of its data, so that other data are not taken for them."""

import hashlib

from keras_infogan.errors import UserError

BLOCK = 1000  # images that are hashed at once: they may lie on disk
SHOWN = 8  # names of labels in a message

# What differs, as a message calls it, in the order in which it is told.
_WORDS = {
    "channels": "channels",
    "train_images": "training images",
    "test_images": "test images",
    "label_names": "labels",
    "fingerprint": "content",
}


def describe(data):
    """The identity of an `ImageData`; its name is no part of it, since folders are moved.

    Returns:
        JSON-ready dict of `channels`; the numbers `train_images` and `test_images`; `label_names`,
        or None; and a `fingerprint` of all images and labels in their order.
    """
    digest = hashlib.blake2b(digest_size=16)
    for images, labels in (
        (data.train_images, data.train_labels),
        (data.test_images, data.test_labels),
    ):
        digest.update(str(images.shape).encode())
        for start in range(0, len(images), BLOCK):
            digest.update(images[start : start + BLOCK].tobytes())
        if labels is not None:
            digest.update(labels.astype("<i8").tobytes())
    return {
        "channels": int(data.train_images.shape[-1]),
        "train_images": len(data.train_images),
        "test_images": len(data.test_images),
        "label_names": None if data.label_names is None else list(data.label_names),
        "fingerprint": digest.hexdigest(),
    }


def check(data, recorded, where):
    """Refuses data that are not those of a run.

    Args:
        data: An `ImageData`.
        recorded: What `describe` said of the run's; None for a run that recorded nothing.
        where: The run's directory, for the message.

    Raises:
        UserError: If they differ; says in what.
    """
    found = data.identity
    if recorded is None or found == recorded:
        return
    differing = [name for name in _WORDS if found[name] != recorded.get(name)]
    # Where anything else differs, so does the fingerprint, and it tells nobody anything.
    differing = differing[:-1] if len(differing) > 1 else differing
    wanted, received = (
        "; ".join(_told(name, facts.get(name)) for name in differing) for facts in (recorded, found)
    )
    raise UserError(
        f"{data.name} must hold what {where} was trained on: {wanted}. Received: {received}."
    )


def _told(name, value):
    if name == "label_names":
        value = value or ["without names"]
        more = f" and {len(value) - SHOWN} more" if len(value) > SHOWN else ""
        value = ", ".join(value[:SHOWN]) + more
    counted = isinstance(value, int)
    return f"{value} {_WORDS[name]}" if counted else f"{_WORDS[name]} {value}"
