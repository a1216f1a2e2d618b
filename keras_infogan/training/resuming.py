"""Whether a run can be resumed, and with which config. Answers at once: no TensorFlow."""

from keras_infogan import cluster, invocation
from keras_infogan.errors import UserError
from keras_infogan.run_dir import RunDir
from keras_infogan.training.interruptions import resumable


def check(path, overrides):
    """The config of a run that is to be resumed.

    Args:
        path: The run's directory.
        overrides: `{option: value}` that the user gave again. They must agree with the run, but
            `epochs` may be larger where they are what ends the run, and nothing in it depends on
            its length; options declared as `resumable` may differ, and `dataset`
            may say where the data are now: whether they are the same is seen once they are loaded.

    Returns:
        The `RunConfig` to go on with.

    Raises:
        UserError: If this is no run or a start of one, an override contradicts it, parts that it
            was made with have not been imported, all checkpoints are damaged, or another process is
            at it.
        StorageError: If its directory cannot be written.
    """
    run = RunDir(path)
    config = run.read_config()
    if (whole := run.run_of_start()) is not None:
        raise UserError(
            f"{path} is one of the starts of a run. Resume the run with: "
            f"{invocation.resume_command(whole.path, run.read_options().imports)}"
        )
    overrides = dict(overrides)
    if "epochs" in overrides:  # they lift no limit here
        overrides.setdefault("max_steps", config.max_steps)
    wanted = config.with_options(**overrides)
    moved = {"dataset"} if run.read_identity() is not None else set()
    for name in (one for one in wanted.differences(config) if one not in moved):
        one = config.options()[name]
        more = name == "epochs" and wanted.epochs > config.epochs and config.max_steps is None
        if not (one.rules.get("resumable") or more and not config.depends_on_length):
            why = ", and what a step computes depends on them" if more else ""
            raise UserError(
                f"{one.flag} {getattr(wanted, name)} contradicts the run in {path}, which has "
                f"{getattr(config, name)}{why}."
            )
    if cluster.here().is_chief:
        with resumable(run, run.read_options().imports), run.locked():
            run.latest_checkpoint(quietly=True)
    return wanted
