"""Ports of this machine at which programs serve pages."""

import errno
import socket

from keras_infogan.errors import UserError

HOST = "127.0.0.1"  # reached from this machine alone


def check(port, host=HOST):
    """Checks that nothing listens at a port of an address of this machine.

    Raises:
        UserError: If something does, or there is no such port or address.
    """
    if not 1 <= port <= 65535:
        raise UserError(f"--port must be from 1 to 65535. Received: {port}.")
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise UserError(f"--host must be an address of this machine. Received: {host}.") from None
    with socket.socket(family) as probe:
        # As the server will: a port that was in use a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise taken(port, host) from None
            raise UserError(
                f"--host and --port must be ones that this machine may serve at. "
                f"Received: {host}, {port} ({error.strerror})."
            ) from None


def taken(port, host=HOST):
    """The error that says that a port is in use."""
    return UserError(f"Port {port} of {host} is in use: choose another with --port.")


def announce(path, port, host=HOST):
    """Prints where a page of what is at a path is served."""
    print(f"{url(port, host)} shows {path}. Stop with Ctrl-C.", flush=True)


def url(port, host=HOST):
    """The URL of what is served at a port."""
    return f"http://{in_url(host)}:{port}"


def in_url(host):
    """A host as URLs have it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def add(parser, default):
    """Adds `--port`."""
    parser.add_argument(
        "--port", type=int, default=default, help="port to serve at (default: %(default)s)"
    )
