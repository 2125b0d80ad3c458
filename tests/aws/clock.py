"""Time that passes only when somebody waits for it."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Clock:
    """Seconds since the test began. `clock.sleep` takes the place of `time.sleep`."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.now = 0.0

    def __call__(self) -> float:
        """The time, as `time.monotonic` gives it."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.now += seconds

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run it in an event loop whose time is this clock's, and give what it gives."""
        loop = _Loop(self)
        try:
            return loop.run_until_complete(main)
        finally:
            loop.close()


class _Loop(asyncio.SelectorEventLoop):
    """An event loop that lets the clock's time pass where another one would wait."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(_Selector(clock))
        self._now = clock
        self.set_default_executor(_AtOnce())

    def time(self) -> float:
        return self._now()


class _Selector(selectors.BaseSelector):
    def __init__(self, clock: Clock) -> None:
        self._clock, self._real = clock, selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = self._real.select(0)
        if not found and timeout is None:
            raise RuntimeError("everything waits for something, and nothing is going to happen")
        if not found and timeout:
            self._clock.sleep(timeout)
        return found

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:  # noqa: ANN401
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:  # noqa: ANN401
        return self._real.unregister(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class _AtOnce(ThreadPoolExecutor):
    """Runs what is submitted before it goes on, so that nothing depends on threads."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 -- whatever it raises is raised where it is awaited
            done.set_exception(error)
        return done
