import contextlib
import http.server
import socket
import threading
import time

from keras_infogan.data import network


@contextlib.contextmanager
def silent_server():
    """The address of a server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@contextlib.contextmanager
def local_server(reply):
    """The address of a server on this machine; `reply(handler)` answers a HEAD request."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            reply(self)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def say_ok(handler):
    handler.send_response(200)
    handler.end_headers()


def say_nonsense(handler):
    handler.wfile.write(b"This is no HTTP.\r\n\r\n")


def test_network_that_answers():
    with local_server(say_ok) as url:
        assert network.answers(url, seconds=10.0) is True


def test_network_that_never_answers_is_given_up_in_time():
    with silent_server() as url:
        began = time.monotonic()
        assert network.answers(url, seconds=0.3) is False
        assert time.monotonic() - began < 5.0


def test_name_look_up_that_hangs_is_given_up_in_time(monkeypatch):
    released = threading.Event()

    def hang(*arguments, **options):
        released.wait(10.0)
        raise socket.gaierror("No such name.")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    try:
        assert network.answers("http://example.invalid/", seconds=0.3) is False
        assert time.monotonic() - began < 5.0
    finally:
        released.set()


def test_refused_connection_is_no_answer():
    with silent_server() as url:
        pass  # closed again: nobody listens there now
    assert network.answers(url, seconds=5.0) is False


# Let through, the exception would end up as a traceback on the console.
def test_an_answer_that_is_no_http_is_no_answer():
    with local_server(say_nonsense) as url:
        assert network.answers(url, seconds=5.0) is False
