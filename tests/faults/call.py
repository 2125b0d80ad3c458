"""An AWS call as it is seen on the wire, and how it was answered."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

from tests.faults.wire import Message

_READS = ("Describe", "Get", "List")


class Answer(StrEnum):
    """What became of a call."""

    OPEN = "open"
    """Not answered yet: on its way, delayed or held."""
    PASSED = "passed"
    """AWS's own answer, a refusal included."""
    THROTTLED = "throttled"
    FAILED_BEFORE = "failed before AWS acted"
    FAILED_AFTER = "failed after AWS acted"
    DROPPED_BEFORE = "dropped before AWS acted"
    DROPPED_AFTER = "dropped after AWS acted"
    ABANDONED = "abandoned"
    """The client was gone when the hold before AWS ended; AWS never saw the call."""
    UNREACHABLE = "unreachable"
    """AWS itself did not answer; the client got a 502."""


@dataclass(frozen=True)
class Call:
    """One call. Two are equal if they are of one name and were answered alike, whatever their parameters."""

    name: str
    """`service.Action`, the service as in the signature: `ec2.CreateTags`."""
    answer: Answer = Answer.OPEN
    region: str = field(default="", compare=False)
    parameters: Mapping[str, str] = field(default_factory=dict, compare=False)
    """As they are on the wire: `ResourceId.1`, `Tag.1.Key`; of a call in JSON only the texts."""
    in_json: bool = field(default=False, compare=False)
    """Whether its service speaks JSON, as Systems Manager and KMS do, and not the query protocol."""

    @property
    def service(self) -> str:
        """`ec2`, `autoscaling`, `sts`; `unsigned` if there is no signature to tell."""
        return self.name.partition(".")[0]

    @property
    def action(self) -> str:
        """`CreateTags`."""
        return self.name.partition(".")[2]


def is_write(call: Call) -> bool:
    """Whether the call changes something, by its name."""
    return not is_read(call)


def is_read(call: Call) -> bool:
    """Whether the call only reads."""
    return call.action.startswith(_READS)


def read_call(message: Message) -> Call | None:
    """The call that a request makes; None if it is none of AWS's query or JSON protocol, as control requests are."""
    # AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=...
    scope = message.header("authorization").partition("Credential=")[2].partition(",")[0].split("/")
    region, service = scope[2:4] if len(scope) == 5 else ("", "unsigned")
    if target := message.header("x-amz-target"):
        given: dict[str, object] = json.loads(message.body or b"{}")
        texts = {key: value for key, value in given.items() if isinstance(value, str)}
        return Call(f"{service}.{target.rpartition('.')[2]}", region=region, parameters=texts, in_json=True)
    query = urlsplit(message.start.split(" ")[1]).query
    body = message.body.decode("utf-8", "replace") if message.header("content-type").startswith(_FORM) else ""
    parameters = dict(parse_qsl(f"{query}&{body}", keep_blank_values=True))
    if "Action" not in parameters:
        return None
    return Call(f"{service}.{parameters['Action']}", region=region, parameters=parameters)


_FORM = "application/x-www-form-urlencoded"


class Calls:
    """Every call, in the order in which they came. Safe to use from any thread."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._changed = threading.Condition()
        self._calls: list[Call] = []
        self._open = 0

    def add(self, call: Call) -> int:
        """Keep a call; its number, for `answered`."""
        with self._changed:
            self._calls.append(call)
            self._open += 1
            return len(self._calls) - 1

    def answered(self, number: int, answer: Answer) -> None:
        """Say what became of a call."""
        with self._changed:
            self._calls[number] = replace(self._calls[number], answer=answer)
            self._open -= 1
            self._changed.notify_all()

    def since(self, mark: int) -> list[Call]:
        """Those from a mark on."""
        with self._changed:
            return self._calls[mark:]

    def settle(self, timeout: float) -> None:
        """Wait until no call is open; raises `TimeoutError`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._open == 0, timeout):
                raise TimeoutError(f"{self._open} calls are still open after {timeout} s")

    def __len__(self) -> int:
        with self._changed:
            return len(self._calls)
