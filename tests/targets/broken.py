"""Endpoints that do not answer as AWS does on a good day: they throttle, show a page, or give keys that end soon."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_THROTTLED = (
    b'<?xml version="1.0"?><Response><Errors><Error><Code>RequestLimitExceeded</Code>'
    b"<Message>Request limit exceeded.</Message></Error></Errors><RequestID>1</RequestID></Response>"
)
_STS_ERROR = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>{code}</Code>'
    "<Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
)
_KEYS = (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><Arn>'
    "arn:aws:sts::111122223333:assumed-role/names/snapnames</Arn><AssumedRoleId>AROA:snapnames</AssumedRoleId>"
    "</AssumedRoleUser><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>"
    "x</SessionToken><Expiration>{ends}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
)
_EXPIRED = (403, _STS_ERROR.format(code="ExpiredToken", message="The security token included is expired").encode())
_SHAPES = {
    "/sts-throttled": (400, _STS_ERROR.format(code="Throttling", message="Rate exceeded").encode()),
    "/sts-expired": _EXPIRED,
    "/sts-unknown": (403, _STS_ERROR.format(code="InvalidClientTokenId", message="The token is invalid.").encode()),
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
        status, body = self._ending(path) if path in ("/ending", "/ended") else _SHAPES[path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _ending(self, path: str) -> tuple[int, bytes]:
        """Keys that end in a minute. At `/ended`, those that assume the role have ended too when it is asked again."""
        if path == "/ended" and self.server.calls.count(path) > 1:
            return _EXPIRED
        ends = datetime.now(UTC) + timedelta(minutes=1)
        return 200, _KEYS.format(ends=f"{ends:%Y-%m-%dT%H:%M:%SZ}").encode()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def broken() -> Iterator[Broken]:
    """The server, while this lasts."""
    with Broken() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
