"""What can happen to a call on its way to AWS and back."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.call import Call


@dataclass(frozen=True, kw_only=True)
class Fate:
    """Something that happens before AWS acts, or `after` it did and before the client gets the answer."""

    after: bool = False


@dataclass(frozen=True, kw_only=True)
class Fail(Fate):
    """The client gets an error instead of AWS's answer. EC2's own: `Unavailable` (503), `InternalError` (500)."""

    code: str = "Unavailable"
    status: int = 503


@dataclass(frozen=True, kw_only=True)
class Drop(Fate):
    """The connection is reset."""


@dataclass(frozen=True, kw_only=True)
class Delay(Fate):
    """The call waits. It arrives although its client may be gone by then, as a slow packet would."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Hold(Fate):
    """The call waits to be released. If its client is gone by then, AWS never sees it."""


@dataclass(frozen=True)
class Run(Fate):
    """A function is called in a thread of its own, and the call goes on when it has returned.

    What it raises ends the call as `Drop` does, and is raised again where the proxy is left.
    """

    function: Callable[[Call], object]
