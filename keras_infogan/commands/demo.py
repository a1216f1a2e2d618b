"""Serves a web page at 127.0.0.1 to try a run's newest export: ask for images, draw and be read.

It needs Gradio (the extra `demo`) and no network.
"""

import os
import signal
import socket
import sys
import threading

from keras_infogan.commands import program
from keras_infogan.errors import UserError
from keras_infogan.serving.exported import Exported, find_version

HOST = "127.0.0.1"
# Gradio and what it brings ask hosts elsewhere unless told not to, and this machine through a
# proxy if there is one.
OFFLINE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "NO_PROXY": HOST,
    "no_proxy": HOST,
}


def launch(path, port):
    """Starts to serve the page, in a thread that ends with the program.

    Args:
        path: What `Exported` takes.
        port: Port of 127.0.0.1.

    Raises:
        UserError: If Gradio, the port or the exported model cannot be used.
    """
    version = find_version(path)
    check_port(port)
    os.environ.update(OFFLINE)
    try:
        import gradio  # noqa: F401
    except ImportError as error:
        raise UserError(
            f"The demo needs Gradio ({error}). Install it with: pip install gradio"
        ) from None
    exported = Exported(version)
    from keras_infogan.serving.demo_page import CSS, THEME, build_page

    app = build_page(exported)
    try:
        app.launch(
            server_name=HOST,
            server_port=port,
            share=False,
            inbrowser=False,
            ssr_mode=False,
            enable_monitoring=False,
            prevent_thread_lock=True,
            quiet=True,
            max_file_size="20mb",
            footer_links=[],
            theme=THEME,
            css=CSS,
        )
    except OSError:  # taken since it was checked
        raise _taken(port) from None


def check_port(port):
    """Checks that nothing listens at a port.

    Raises:
        UserError: If something does, or there is no such port.
    """
    if not 1 <= port <= 65535:
        raise UserError(f"--port must be from 1 to 65535. Received: {port}.")
    with socket.socket() as probe:
        # As the server will: a port that was in use a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise _taken(port) from None


def _taken(port):
    return UserError(f"Port {port} of {HOST} is in use: choose another with --port.")


def serve(options):
    """Serves the page until Ctrl-C."""
    try:
        # A shell starts what goes to the background deaf to Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        launch(options.run, options.port)
        print(f"http://{HOST}:{options.port} shows {options.run}. Stop with Ctrl-C.", flush=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        # At once: an orderly end would wait for every page that is open.
        sys.stdout.flush()
        os._exit(0)


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser("infogan demo", __doc__)
    program.add_exported(parser)
    parser.add_argument("--port", type=int, default=7860, help="of 127.0.0.1 (default: 7860)")
    return program.run(parser, serve, arguments)


if __name__ == "__main__":
    sys.exit(main())
