"""Whether XLA compiles the train step that is being traced: layers and draws differ by it."""

import contextlib
import contextvars
import functools

_compiled = contextvars.ContextVar("compiled", default=False)


@contextlib.contextmanager
def traced_for(xla):
    """What is traced in this context is compiled by XLA, if `xla` is true."""
    token = _compiled.set(xla)
    try:
        yield
    finally:
        _compiled.reset(token)


def traced(train_step):
    """A Keras model's `train_step`, traced for XLA where the model is compiled by it."""

    @functools.wraps(train_step)
    def wrapped(self, *args):
        with traced_for(self.jit_compile):
            return train_step(self, *args)

    return wrapped


def compiled_by_xla():
    """Whether XLA compiles the step that is being traced; false outside of a step."""
    return _compiled.get()
