"""The error that a user can mend."""


class UserError(ValueError):
    """Input that cannot be used, said in one line.

    Programs print it and exit with code 2; in Python it is a `ValueError`.
    """
