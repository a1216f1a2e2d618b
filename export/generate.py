"""`python -m export.generate`: the same as `infogan generate`."""

import sys

from keras_infogan.commands.generate import main

if __name__ == "__main__":
    sys.exit(main())
