"""Serves a web page for the newest export of a run: ask for images, or draw one to be recognized.

It needs Gradio (the extra `demo`) and no network.
"""

import os
import signal
import sys
import tempfile
import threading
import urllib.request
from importlib import metadata

from keras_infogan import files
from keras_infogan.commands import ports, program
from keras_infogan.errors import UserError, lacks_memory
from keras_infogan.serving.exported import Exported
from keras_infogan.serving.loading import find
from keras_infogan.serving.served_model import on_this_machine

GRADIO = "gradio>=6.31,<7"  # as in pyproject.toml
INSTALL = f'Install it with: pip install "{GRADIO}"'


def offline(host):
    """What Gradio and what it brings are told by the environment.

    They ask hosts elsewhere unless told not to, and this machine through a proxy if there is one.

    Args:
        host: Address to serve at.

    Returns:
        Dict of names to texts.
    """
    others = urllib.request.getproxies_environment().get("no", "").split(",")
    hosts = dict.fromkeys(filter(None, [*map(str.strip, others), ports.HOST, "localhost", host]))
    no_proxy = ",".join(hosts)
    return {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def launch(path, port, host=ports.HOST):
    """Starts to serve the page, in a thread that ends with the program.

    Args:
        path: What `Exported` takes.
        port: Port of the host.
        host: Address to serve at.

    Raises:
        UserError: If Gradio, the port or the exported model cannot be used, or Gradio cannot reach
            the page itself.
    """
    found = find(path)
    ports.check(port, host)
    os.environ.update(offline(host))
    _import_gradio()
    exported = Exported(found)
    from keras_infogan.serving import drawing
    from keras_infogan.serving.demo_page import CSS, THEME, build_page

    with files.damage_told(found):
        app = build_page(exported)
    try:
        app.launch(
            server_name=ports.in_url(host),
            server_port=port,
            share=False,
            inbrowser=False,
            ssr_mode=False,
            enable_monitoring=False,
            prevent_thread_lock=True,
            quiet=True,
            max_file_size=drawing.MOST_BYTES,
            footer_links=[],
            theme=THEME,
            css=CSS,
        )
    except OSError:  # taken since it was checked
        raise ports.taken(port, host) from None
    except Exception as error:  # of one of many kinds: Gradio asks for the page before it goes on
        if lacks_memory(error):
            raise
        where = ports.url(port, host)
        raise UserError(f"Gradio cannot serve the page at {where}: {error}") from None


def _import_gradio():
    try:
        version = metadata.version("gradio")
        from packaging.requirements import Requirement  # which Gradio needs too

        if version in Requirement(GRADIO).specifier:
            import gradio  # noqa: F401

            return
    except ImportError as error:
        raise UserError(f"The demo needs Gradio ({error}). {INSTALL}") from None
    except ValueError as error:  # of the environment, such as the address of a proxy
        raise UserError(f"Gradio cannot be used: {error}.") from None
    raise UserError(f"The demo needs another Gradio than {version}. {INSTALL}")


def serve(options):
    """Serves the page until Ctrl-C."""
    with tempfile.TemporaryDirectory(
        prefix="infogan-demo-", ignore_cleanup_errors=True
    ) as os.environ["GRADIO_TEMP_DIR"]:
        _serve_until_ctrl_c(options)
    # At once: an orderly end would wait for every page that is open.
    sys.stdout.flush()
    os._exit(0)


def _serve_until_ctrl_c(options):
    try:
        # A shell starts what goes to the background deaf to Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        launch(options.run, options.port, options.host)
        if not on_this_machine(options.host):
            print(
                f"{options.host} can be reached from other machines: all who reach it may use the "
                "page, which asks for no password.",
                file=sys.stderr,
            )
        ports.announce(options.run, options.port, options.host)
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser("infogan demo", __doc__)
    program.add_exported(parser)
    ports.add(parser, 7860)
    parser.add_argument(
        "--host",
        default=ports.HOST,
        help="address to serve at; 0.0.0.0 lets other machines in (default: %(default)s)",
    )
    return program.run(parser, serve, arguments)
