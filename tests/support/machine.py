"""`train.py` with SGD in Adam's place: where a gradient is 0, Adam makes steps of its rounding."""

import sys

from keras_infogan import quiet
from keras_infogan.commands import train


def main():
    quiet.import_tensorflow()
    import keras

    from keras_infogan.training import assembly

    assembly.Adam = lambda rate, beta_1: keras.optimizers.SGD(rate, momentum=beta_1)
    return train.main()


if __name__ == "__main__":
    sys.exit(main())
