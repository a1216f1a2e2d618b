"""Whether a run can be resumed, and with which config. Answers at once: no TensorFlow."""

import dataclasses
import zipfile

from keras_infogan.config import RunConfig
from keras_infogan.errors import UserError
from keras_infogan.run_dir import RunDir


def check(path, overrides):
    """The config of a run that is to be resumed.

    Args:
        path: The run's directory.
        overrides: `{field: value}` that the user gave again. They must agree with the run, but
            `epochs` may be larger where they are what ends the run, and nothing in it depends on
            its length.

    Returns:
        The `RunConfig` to go on with.

    Raises:
        UserError: If this is no run, its checkpoint is damaged, or an override contradicts it.
    """
    run = RunDir(path)
    content = run.read_config()
    content.pop("run")
    config = RunConfig.from_json(content)
    for name, value in overrides.items():
        saved = getattr(config, name)
        more = name == "epochs" and value > saved and config.max_steps is None
        longer = more and not config.depends_on_length
        if value != saved and not longer:
            raise UserError(
                f"--{name.replace('_', '-')} {value} contradicts the run in {path}, "
                f"which has {saved}."
            )
    checkpoint = run.latest_checkpoint()
    if checkpoint is not None:
        try:
            with zipfile.ZipFile(checkpoint) as archive:
                sound = archive.testzip() is None
        except (OSError, zipfile.BadZipFile):
            sound = False
        if not sound:
            raise UserError(
                f"{checkpoint} is damaged; remove it to go on from the one before, if there is one."
            )
    return dataclasses.replace(config, **overrides)
