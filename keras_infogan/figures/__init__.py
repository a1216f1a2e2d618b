"""Figures of `infogan compare` by name."""

from keras_infogan.errors import UserError
from keras_infogan.figures.figure import Figure as Figure
from keras_infogan.registry import FIGURES

register = FIGURES.register
names = FIGURES.names


def get(identifier):
    """The `Figure` of a name, or a `Figure` as it is.

    Raises:
        UserError: If there is none of that name.
    """
    figure = FIGURES.get(identifier)
    if not isinstance(figure, Figure):
        raise UserError(f"A figure must be a Figure. Received: {figure!r}.")
    return figure
