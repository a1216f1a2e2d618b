"""Serves a live page of a run, which may be training or finished.

infogan watch runs/quick-s0

It reads the run's files alone, and can be started and stopped at any time.
"""

import signal

from keras_infogan.commands import ports, program


def watch(path, port):
    """Serves the page until Ctrl-C.

    Args:
        path: The run's directory.
        port: Port of this machine.

    Raises:
        UserError: If it is no run, or the port cannot be used.
    """
    from keras_infogan.reports import facts, live

    facts.read(path)  # says so if it is no run
    ports.check(port)
    try:
        # A shell starts what goes to the background deaf to Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            server = live.LiveServer((ports.HOST, port), live.LivePage(path))
        except OSError:  # another program was faster
            raise ports.taken(port) from None
        with server:
            ports.announce(path, port)
            server.serve_forever()
    except KeyboardInterrupt:
        return


def main(arguments=None):
    """Runs the command line and returns the exit code."""
    parser = program.OneLineParser("infogan watch", __doc__)
    parser.add_argument("run", metavar="RUN", help="directory of a run")
    ports.add(parser, 7861)
    program.add_import(parser)
    return program.run(parser, lambda options: watch(options.run, options.port), arguments)
