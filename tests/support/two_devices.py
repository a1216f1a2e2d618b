"""`machine.py` on a machine with two devices."""

import sys

import two_cpus  # noqa: F401
from machine import main

if __name__ == "__main__":
    sys.exit(main())
