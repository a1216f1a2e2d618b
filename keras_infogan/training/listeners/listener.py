"""What is told of a run while it trains."""


class Listener:
    """Something that is told of a run. A subclass overrides what it needs.

    Attributes:
        model: The model, from `begin` on.
    """

    model = None

    def begin(self, model, step):
        """Training begins, or goes on, at a step."""
        self.model = model

    def step_done(self, step):
        """A step was taken. Must be quick and must not read the device."""

    def tick(self, tick):
        """A `Tick` has come."""

    def end(self, step):
        """Training ends or stops at a step."""

    def fail(self):
        """Training has failed, in place of `end`: what is open is closed."""
