"""The machines that train a run together, as $TF_CONFIG tells them; without TensorFlow."""

import dataclasses
import os
import re

from keras_infogan.errors import UserError
from keras_infogan.text import parse_json

VARIABLE = "TF_CONFIG"
KINDS = ("chief", "worker")
RULE = (
    f'{VARIABLE} must be JSON such as {{"cluster": {{"worker": ["host1:2222", "host2:2222"]}}, '
    '"task": {"type": "worker", "index": 0}}'
)


@dataclasses.dataclass(frozen=True)
class Cluster:
    """Machines that train a run together.

    Args:
        count: Number of machines.
        number: Number of this one, from 0. The first is the chief, which alone writes.
    """

    count: int = 1
    number: int = 0

    @property
    def several(self):
        """Whether there are others."""
        return self.count > 1

    @property
    def is_chief(self):
        """Whether this machine writes the run."""
        return self.number == 0


def here():
    """The `Cluster` of this process; a single machine without $TF_CONFIG.

    Raises:
        UserError: If it cannot be understood.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return Cluster()
    try:
        content = parse_json(text)
        tasks = {kind: list(addresses) for kind, addresses in content["cluster"].items()}
        kind, index = content["task"]["type"], content["task"]["index"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{RULE}. Received: {text}.") from None
    if unknown := sorted(set(tasks) - set(KINDS)):
        raise UserError(f"{VARIABLE} may name {' and '.join(KINDS)} only. Received: {unknown[0]}.")
    addresses = [one for name in KINDS for one in tasks.get(name, ())]
    for address in addresses:
        if not _is_address(address):
            raise UserError(
                f"{VARIABLE} must name machines as host:port, with a port from 1 to 65535. "
                f"Received: {address!a}."
            )
    if twice := sorted({one for one in addresses if addresses.count(one) > 1}):
        raise UserError(f"{VARIABLE} must name each machine once. Received: {twice[0]} twice.")
    own = tasks.get(kind, ()) if isinstance(kind, str) else ()
    if type(index) is not int or not 0 <= index < len(own):
        raise UserError(f"{VARIABLE} must name a task of its cluster. Received: {kind} {index}.")
    before = sum(len(tasks.get(name, ())) for name in KINDS[: KINDS.index(kind)])
    return Cluster(len(addresses), before + index)


def _is_address(text):
    """Whether something is `host:port`."""
    found = isinstance(text, str) and re.fullmatch(r"[^\s/]+:([0-9]{1,5})", text)
    return bool(found) and 1 <= int(found[1]) <= 65535
