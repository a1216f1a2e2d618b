"""The page of a run that is still going on, served to this machine. It needs no TensorFlow."""

import hashlib
import http.server
import re
import sys
import threading

from keras_infogan.errors import UserError
from keras_infogan.reports import page
from keras_infogan.run_dir import RunDir

# This machine's names for itself, at any port, such as a tunnel's. A page from elsewhere could let
# a name of its own point here, and a browser would allow it to read the answer.
_OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.IGNORECASE)


class LivePage:
    """The page of a run as its files are now; made anew only if they have changed.

    Args:
        path: The run's directory.
    """

    def __init__(self, path):
        self.run = RunDir(path)
        self._tag, self._content = None, b""
        self._lock = threading.Lock()  # matplotlib's settings are those of the whole process

    def read(self):
        """The page, or one that says why there is none.

        Returns:
            `(tag, content)`: a text that is another for other content, and bytes.
        """
        with self._lock:
            # Before the files are read: what is written in the meantime counts as a change.
            tag = self._tag_of_files()
            if tag != self._tag:
                try:
                    text = page.render_live(self.run.path)
                except (UserError, OSError) as error:
                    text = page.render_problem(self.run.path, str(error))
                self._tag, self._content = tag, text.encode()
            return self._tag, self._content

    def _tag_of_files(self):
        """Follows from when files were written, and what is in their folders."""
        start = self.run.last_start()
        runs = [self.run] if start is None else [self.run, self.run.start(start)]
        there = [
            path
            for run in runs
            for path in (run.path, run.images, run.evaluation_pictures, *run.logs, *run.facts)
        ]
        times = [_written(path) for path in there]
        return f'"{hashlib.sha256(repr(times).encode()).hexdigest()}"'


def _written(path):
    """When a file or a folder was written; None if that cannot be seen."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


class LiveServer(http.server.ThreadingHTTPServer):
    """Answers with a `LivePage` to those who ask this machine by its own name.

    Args:
        address: `(host, port)`.
        page: The `LivePage`.
    """

    def __init__(self, address, page):
        super().__init__(address, _Handler)
        self.page = page

    def handle_error(self, request, client_address):
        """Says nothing of browsers that went away before they had their answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        content = self.do_HEAD()
        if content is not None:
            self.wfile.write(content)

    def do_HEAD(self):
        """All but the content, which it returns; None where there is none to send."""
        if not _OWN_HOST.fullmatch(self.headers.get("Host", "")):
            self.send_error(403)
            return None
        if self.path.partition("?")[0] != "/":
            self.send_error(404)
            return None
        tag, content = self.server.page.read()
        same = self.headers.get("If-None-Match") == tag
        self.send_response(304 if same else 200)
        self.send_header("ETag", tag)
        self.send_header("Cache-Control", "no-cache")
        if not same:
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return None if same else content

    def log_message(self, *_):
        """Prints nothing: a page asks every few seconds."""
