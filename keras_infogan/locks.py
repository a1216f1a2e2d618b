"""Locks of files and directories, which end with the process that holds them, however it ends."""

import contextlib
import errno
import fcntl
import os
import socket

from keras_infogan.errors import UserError

NAME = ".lock"
# File systems that know no locks: there a process is not kept from what another one holds.
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EBADF)


@contextlib.contextmanager
def hold(path, flags):
    """Locks a file or a directory.

    Args:
        path: Its path.
        flags: How it is opened, see `os.open`.

    Yields:
        The open file's descriptor.

    Raises:
        BlockingIOError: If another process holds it.
    """
    descriptor = os.open(path, flags, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def hold_folder(folder):
    """Locks a directory by a file in it, which says who holds it and is removed afterwards.

    Raises:
        UserError: If another process holds it.
        OSError: If the file cannot be written.
    """
    path = folder / NAME
    with contextlib.ExitStack() as stack:
        try:
            descriptor = stack.enter_context(hold(path, os.O_RDWR | os.O_CREAT))
            # The one that held it may have removed the file since it was opened.
            if not os.fstat(descriptor).st_nlink:
                raise BlockingIOError
        except BlockingIOError:
            raise UserError(f"{folder} is in use by {_holder(path)}.") from None
        stack.callback(_remove, path)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        yield


def _remove(path):
    with contextlib.suppress(OSError):
        path.unlink()


def _holder(path):
    try:
        return path.read_text("utf-8").strip() or "another process"
    except (OSError, ValueError):
        return "another process"
