"""Endpoints that do not answer as EC2 does: one that throttles every call, and one that answers with a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_THROTTLED = (
    b'<?xml version="1.0"?><Response><Errors><Error><Code>RequestLimitExceeded</Code>'
    b"<Message>Request limit exceeded.</Message></Error></Errors><RequestID>1</RequestID></Response>"
)
_SHAPES = {
    "/throttled": (503, _THROTTLED),
    "/page": (200, b"<html><body>Please log in to the network</p></html>"),
    "/other": (
        200,
        (
            b'<DescribeSnapshotsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><snapshotSet><item>'
            b"<status>completed</status></item></snapshotSet></DescribeSnapshotsResponse>"
        ),
    ),
}


class Broken(ThreadingHTTPServer):
    """The server, and how often each of its paths was called."""

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.calls: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: Broken

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.rstrip("/")
        self.server.calls.append(path)
        status, body = _SHAPES[path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def broken() -> Iterator[Broken]:
    """The server, while this lasts."""
    with Broken() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
