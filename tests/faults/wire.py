"""HTTP/1.1 as AWS's clients speak it: what the proxy reads and writes.

Leaves alone: chunked requests and `Expect`, which no client of a query API sends; they are refused.
"""

import asyncio
import socket
import struct
from dataclasses import dataclass
from http import HTTPStatus

_END = b"\r\n\r\n"
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "upgrade"})
"""Without Transfer-Encoding: a chunked answer is handed on in its chunks."""


class BadRequestError(ValueError):
    """Not a request that the proxy reads."""


class UnreachableError(OSError):
    """The target did not answer, or not to the end."""


@dataclass(frozen=True)
class Message:
    """A request or a response."""

    start: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this lower-case name; "" if there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def encoded(self, *more: tuple[str, str]) -> bytes:
        """The message for the next hop, with `more` headers; in one piece, so that it leaves in one write."""
        kept = [(key, value) for key, value in self.headers if key.lower() not in _HOP_BY_HOP]
        lines = [self.start, *(f"{key}: {value}" for key, value in (*kept, *more))]
        return "\r\n".join(lines).encode("latin-1") + _END + self.body

    @property
    def is_last(self) -> bool:
        """Whether the client wants no more requests on its connection."""
        return self.start.endswith("HTTP/1.0") or self.header("connection").lower() == "close"


async def read_request(reader: asyncio.StreamReader) -> Message | None:
    """The next request of a connection; None at its end. Raises `BadRequestError`."""
    try:
        head = await reader.readuntil(_END)
        request = _message(head.removesuffix(_END), b"")
        if request.header("transfer-encoding") or request.header("expect"):
            raise BadRequestError("a request with Transfer-Encoding or Expect is not read: send it with Content-Length")
        length = request.header("content-length") or "0"
        if len(request.start.split(" ")) != 3 or not length.isdecimal():
            raise BadRequestError(f"{request.start!r} with the Content-Length {length!r} is no HTTP request")
        return Message(request.start, request.headers, await reader.readexactly(int(length)))
    except asyncio.IncompleteReadError as cut:
        if cut.partial:
            raise BadRequestError("the request ends early") from cut
        return None
    except asyncio.LimitOverrunError as long:
        raise BadRequestError("the request's headers are too long") from long


async def exchange(host: str, port: int, request: Message) -> bytes:
    """Send a request to the target, and give its answer as it goes to the client. Raises `UnreachableError`.

    One connection a request, as the local AWS closes each; 10 ms after its answer, so that its end is not waited for.
    """
    try:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(request.encoded(("Connection", "close")))
            return await _response(reader, bodiless=request.start.startswith("HEAD "))
        finally:
            writer.close()
    except asyncio.IncompleteReadError as cut:
        raise UnreachableError(f"{host}:{port} stopped in the midst of its answer") from cut
    except OSError as error:
        raise UnreachableError(f"{host}:{port} does not answer: {error}") from error


async def _response(reader: asyncio.StreamReader, *, bodiless: bool) -> bytes:
    head = _message((await reader.readuntil(_END)).removesuffix(_END), b"")
    length = head.header("content-length")
    if bodiless:
        return head.encoded()
    body = await reader.readexactly(int(length)) if length else await reader.read()
    framed = length or head.header("transfer-encoding")
    more = [] if framed else [("Content-Length", str(len(body)))]
    return Message(head.start, head.headers, body).encoded(*more)


def plain(status: int, content_type: str, text: str) -> bytes:
    """An answer of the proxy's own."""
    body = text.encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    return Message(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", headers, body).encoded()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a fault does: the client reads "connection reset by peer", not the end of a stream."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _message(head: bytes, body: bytes) -> Message:
    start, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Message(start, [(name, value.strip()) for name, _, value in pairs], body)
