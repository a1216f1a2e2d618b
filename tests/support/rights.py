"""Access rights that are taken away, which bind the superuser too."""

import contextlib
import os
import pathlib
import shutil
import tempfile

import pytest


@contextlib.contextmanager
def ordinary_user():
    """Access rights do not bind the superuser: takes nobody's for a moment."""
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(65534)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


@pytest.fixture
def shared_folder():
    """A folder whose rights a test may take away; below tmp_path only its owner could reach it."""
    folder = pathlib.Path(tempfile.mkdtemp())
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)
