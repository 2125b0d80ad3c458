"""Calls that wait until a test lets them go."""

import asyncio
import threading
from concurrent.futures import Future

from tests.faults.call import Call


class Holds:
    """The calls that are held: by the proxy's thread, for the test's."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._changed = threading.Condition()
        self._held: list[tuple[Call, Future[None]]] = []

    async def hold(self, call: Call) -> None:
        """Wait until the call is released."""
        freed: Future[None] = Future()
        with self._changed:
            self._held.append((call, freed))
            self._changed.notify_all()
        await asyncio.wrap_future(freed)

    def wait(self, count: int, timeout: float) -> list[Call]:
        """Wait until so many calls are held, and give them; raises `TimeoutError`."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._held) >= count, timeout):
                raise TimeoutError(f"{len(self._held)} calls are held after {timeout} s, not {count}")
            return [call for call, _ in self._held]

    def release(self) -> None:
        """Let every held call go on; raises `LookupError` if there is none."""
        with self._changed:
            freed, self._held = self._held, []
        if not freed:
            raise LookupError("no call is held: wait for one first")
        for _, future in freed:
            future.set_result(None)
