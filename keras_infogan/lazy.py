"""TensorFlow, imported when it is first used.

Modules that describe as well as compute take it from here, so that what only asks for a description
(the entropy of a code, the formula of an objective) does not wait seconds for it.
"""

import importlib


class _Module:
    """Stands for a module until one of its attributes is asked for."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        return getattr(importlib.import_module(self._name), name)


tf = _Module("tensorflow")
