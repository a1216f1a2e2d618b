"""Pre-training: at the beginning of a run the discriminator may learn alone."""

import tensorflow as tf


def waits(step, pretraining):
    """Whether G waits in a step: a Python False where there is no pre-training at all."""
    return step < pretraining if pretraining else False


def unless(waiting, turn, names):
    """G's turn, or where it waits its figures with weight 0, so that they are not counted.

    Args:
        waiting: Of `waits`.
        turn: Function without arguments that updates G and returns its figures.
        names: Their names.
    """
    if waiting is False:
        return turn()

    def counted():
        return {name: (value, 1.0) for name, value in turn().items()}

    return tf.cond(waiting, lambda: dict.fromkeys(names, (0.0, 0.0)), counted)


def zero_while(waiting, loss):
    """A loss, or 0 while G waits."""
    return loss if waiting is False else tf.where(waiting, 0.0, loss)
