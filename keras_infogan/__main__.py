"""`python -m keras_infogan COMMAND ...`: the same as `infogan COMMAND ...`."""

import sys

from keras_infogan.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
