"""The one error that a person can cause and mend."""


class UserError(ValueError):
    """Input that cannot be used. The command line prints its one line and exits with code 2."""
