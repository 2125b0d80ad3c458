"""The proxy between any client of AWS and the local AWS, over real HTTP on loopback."""

import asyncio
import socket
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.faults import errors, wire
from tests.faults.buckets import Buckets
from tests.faults.call import Answer, Call, Calls, is_read, is_write, read_call
from tests.faults.fates import Delay, Drop, Fail, Fate, Hold, Run
from tests.faults.holds import Holds
from tests.faults.schedule import Schedule

_HOST = "127.0.0.1"
_BACKLOG = 1024
_UNAVAILABLE = "The service is unavailable. Please try again shortly."

_Outcome = tuple[Answer, bytes | None]
"""What became of a call, and the bytes for its client; None for a connection that is to be reset."""


class FaultProxy:
    """A server of its own on a free port of loopback, for as long as the `with` block.

    A call has to pass `buckets`, then meets what `schedule` has for it, and goes on to `target`. Requests that are no
    calls, such as those to the control endpoints, pass and are not counted. Without buckets nothing is throttled.
    """

    def __init__(
        self, target: str, schedule: Schedule | None = None, buckets: Buckets | None = None, port: int = 0
    ) -> None:
        """Take a port, any or this one; `target` is the URL of the local AWS."""
        parts = urlsplit(target)
        if parts.hostname != _HOST or not parts.port:
            raise ValueError(f"{target!r} is not the local AWS, http://{_HOST}:PORT")
        self._target = parts.hostname, parts.port
        self.schedule = schedule or Schedule()
        self._buckets = buckets
        self._calls, self._holds = Calls(), Holds()
        self._errors: list[Exception] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._listener = socket.create_server((_HOST, port), backlog=_BACKLOG)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{_HOST}:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="fault-proxy")

    def __enter__(self) -> Self:
        """Serve."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every connection and the server, and raise what a `Run` raised unless the block has an error itself."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        if self._errors and error is None:
            raise self._errors[0]

    def mark(self) -> int:
        """The number of calls so far, to be given to `calls`."""
        return len(self._calls)

    def calls(self, since: int = 0) -> list[Call]:
        """Every call since a mark, in the order in which they came, those that never reached AWS included."""
        return self._calls.since(since)

    def writes(self, since: int = 0) -> list[Call]:
        """The calls since a mark that change something."""
        return [call for call in self.calls(since) if is_write(call)]

    def reads(self, since: int = 0) -> list[Call]:
        """The calls since a mark that only read."""
        return [call for call in self.calls(since) if is_read(call)]

    def settle(self, timeout: float = 60.0) -> None:
        """Wait until no call is open, as after a client was killed; raises `TimeoutError`."""
        self._calls.settle(timeout)

    def held(self, count: int = 1, timeout: float = 60.0) -> list[Call]:
        """Wait until `count` calls are held, and give all that are; raises `TimeoutError`."""
        return self._holds.wait(count, timeout)

    def release(self) -> None:
        """Let every held call go on; raises `LookupError` if there is none."""
        self._holds.release()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, sock=self._listener)
        await self._stopping.wait()
        server.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._connection(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await wire.read_request(reader)) is not None:
                answer = await self._answer(request, reader)
                if answer is None:
                    wire.reset(writer)
                    return
                writer.write(answer)
                await writer.drain()
                if request.is_last:
                    return
        except wire.BadRequestError as error:
            writer.write(wire.plain(400, "text/plain", str(error)))
        except ConnectionError:
            return  # the client has hung up
        finally:
            writer.close()

    async def _answer(self, request: wire.Message, reader: asyncio.StreamReader) -> bytes | None:
        """The bytes of the answer; None for a connection that is to be reset."""
        call = read_call(request)
        if call is None:
            return (await self._forward(request))[1]
        number = self._calls.add(call)
        answer, content = await self._through(call, request, reader)
        self._calls.answered(number, answer)
        return content

    async def _through(self, call: Call, request: wire.Message, reader: asyncio.StreamReader) -> _Outcome:
        if self._buckets and not self._buckets.allow(call):
            return Answer.THROTTLED, errors.throttled(call)
        fates = self.schedule.fates(call)
        end = await self._suffer(call, (fate for fate in fates if not fate.after), reader)
        if end is None:
            end = await self._forward(request)
            if end[0] is Answer.PASSED:
                end = await self._suffer(call, (fate for fate in fates if fate.after), reader) or end
        return end

    async def _forward(self, request: wire.Message) -> _Outcome:
        try:
            return Answer.PASSED, await wire.exchange(*self._target, request)
        except wire.UnreachableError as error:
            return Answer.UNREACHABLE, wire.plain(502, "text/plain", str(error))

    async def _suffer(self, call: Call, fates: Iterable[Fate], reader: asyncio.StreamReader) -> _Outcome | None:
        """Let these fates happen; None unless one of them ends the call."""
        for fate in fates:
            match fate:
                case Fail():
                    answer = Answer.FAILED_AFTER if fate.after else Answer.FAILED_BEFORE
                    return answer, errors.error(call, fate.status, fate.code, _UNAVAILABLE)
                case Drop():
                    return Answer.DROPPED_AFTER if fate.after else Answer.DROPPED_BEFORE, None
                case Delay():
                    await asyncio.sleep(fate.seconds)
                case Hold():
                    await self._holds.hold(call)
                    if not fate.after and (reader.at_eof() or reader.exception()):
                        return Answer.ABANDONED, None
                case Run():
                    try:
                        await asyncio.to_thread(fate.function, call)
                    except Exception as error:  # noqa: BLE001 - a test's function may raise anything; `__exit__` does again
                        self._errors.append(error)
                        return Answer.DROPPED_AFTER if fate.after else Answer.DROPPED_BEFORE, None
        return None
