"""Faults by chance that come again with their seed."""

import hashlib
import re
from collections import Counter
from dataclasses import astuple, dataclass
from itertools import accumulate

from tests.faults.call import Call
from tests.faults.fates import Delay, Drop, Fail, Fate

_EC2_ID = re.compile(r"\b(ami|eni|i|lt|r|sg|snap|subnet|vol|vpc)-(?:[0-9a-f]{17}|[0-9a-f]{8})\b")
_PULUMI_NAME = re.compile(r"-[0-9a-f]{7}\b")
_CODES = (("Unavailable", 503), ("InternalError", 500))


@dataclass(frozen=True)
class Rates:
    """The share of calls, from 0 to 1, that suffers each fault; the rest passes."""

    fail_before: float = 0.0
    fail_after: float = 0.0
    drop_before: float = 0.0
    drop_after: float = 0.0
    delay: float = 0.0

    def __post_init__(self) -> None:
        if min(astuple(self)) < 0 or sum(astuple(self)) > 1:
            raise ValueError(f"{self}: shares are at least 0, and together at most 1")


class Chance:
    """A stream of fates for each request, where a retry is the same request again.

    The k-th fate of a stream is a function of the seed, of what the request asks for, and of k. What it asks for are
    its action and parameters, but for what is new in each run: client tokens, EC2's ids, and the seven digits that
    Pulumi puts behind a name. Calls that differ only in these are told apart by the order in which they first come.
    So a run has the same faults again however its calls overlap, as long as such calls come in the same order.

    Of a stream no more than `in_a_row` fates end a call badly one after another; a delay ends none.
    """

    def __init__(self, seed: int, rates: Rates, *, delay_seconds: float, in_a_row: int) -> None:
        """Begin every stream anew."""
        self._seed, self._delay, self._in_a_row = seed, Delay(seconds=delay_seconds), in_a_row
        self._limits = list(accumulate(astuple(rates)))
        self._alike: Counter[str] = Counter()
        self._streams: dict[str, _Stream] = {}

    def fate(self, call: Call) -> Fate | None:
        """The next fate of this request; None if it passes."""
        exact, blank = _request(call), _blank(_request(call))
        if exact not in self._streams:
            self._streams[exact] = _Stream(f"{self._seed} {blank} {self._alike[blank]}")
            self._alike[blank] += 1
        stream = self._streams[exact]
        fate = self._drawn(stream.draw())
        if isinstance(fate, Fail | Drop):
            stream.bad += 1
            if stream.bad <= self._in_a_row:
                return fate
            fate = None
        stream.bad = 0
        return fate

    def _drawn(self, digest: bytes) -> Fate | None:
        share = int.from_bytes(digest[:8]) / 2**64
        code, status = _CODES[digest[8] % 2]
        kinds: tuple[Fate, ...] = (
            Fail(code=code, status=status),
            Fail(after=True, code=code, status=status),
            Drop(),
            Drop(after=True),
            self._delay,
        )
        return next((kind for kind, limit in zip(kinds, self._limits, strict=True) if share < limit), None)


class _Stream:
    def __init__(self, key: str) -> None:
        self._key, self._drawn = key, 0
        self.bad = 0
        """How many of the last fates ended the call badly."""

    def draw(self) -> bytes:
        self._drawn += 1
        return hashlib.sha256(f"{self._key} {self._drawn}".encode()).digest()


def _request(call: Call) -> str:
    asked = sorted((name, value) for name, value in call.parameters.items() if name != "ClientToken")
    return f"{call.name} {call.region} {asked}"


def _blank(request: str) -> str:
    return _PULUMI_NAME.sub("-", _EC2_ID.sub(r"\1", request))
