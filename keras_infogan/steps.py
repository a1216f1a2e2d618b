"""Whether XLA compiles the train step that is being traced: layers and draws differ by it."""

import contextvars
import functools

_compiled = contextvars.ContextVar("compiled", default=False)


def traced(train_step):
    """A Keras model's `train_step`, traced for XLA where the model is compiled by it."""

    @functools.wraps(train_step)
    def wrapped(self, *args):
        token = _compiled.set(self.jit_compile)
        try:
            return train_step(self, *args)
        finally:
            _compiled.reset(token)

    return wrapped


def compiled_by_xla():
    """Whether XLA compiles the step that is being traced; false outside of a step."""
    return _compiled.get()
