"""`python -m export.demo`: the same as `infogan demo`."""

import sys

from keras_infogan.commands.demo import main

if __name__ == "__main__":
    sys.exit(main())
