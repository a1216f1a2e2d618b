"""`python -m export.client`: the same as `infogan client`."""

import sys

from keras_infogan.commands.client import main

if __name__ == "__main__":
    sys.exit(main())
