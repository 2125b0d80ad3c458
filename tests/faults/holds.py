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

    def first(self, timeout: float) -> Call:
        """Wait for a call to be held; raises `TimeoutError`."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._held), timeout):
                raise TimeoutError(f"no call was held within {timeout} s")
            return self._held[0][0]

    def release(self) -> None:
        """Let every held call go on; raises `LookupError` if there is none."""
        with self._changed:
            freed, self._held = self._held, []
        if not freed:
            raise LookupError("no call is held: wait for one first")
        for _, future in freed:
            future.set_result(None)
