"""`python -m export RUN`: the same as `infogan export RUN`."""

import sys

from keras_infogan.commands.export import main

if __name__ == "__main__":
    sys.exit(main())
