"""`python train.py`: the same as `infogan train`."""

import sys

from keras_infogan.commands.train import main

if __name__ == "__main__":
    sys.exit(main())
