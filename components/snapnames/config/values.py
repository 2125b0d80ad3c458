"""Reads config values as the wanted kind. Faults are collected, so that all of them are shown together."""

import difflib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from snapnames.errors import InputError
from snapnames.printable import printable
from snapnames.rules.services import NAMESPACE, namespace_of
from snapnames.rules.time_spans import is_span

TEXT, WHOLE, TRUTH, TEXTS, TEXT_MAP = "text", "a whole number", "true or false", "a list of texts", "a map of texts"
WHOLES, PROPERTIES = "a list of whole numbers", "a map of properties"


class ConfigValues:
    """The values of one stack. Reading never raises. `raise_faults` raises once, with a line for each fault."""

    def __init__(self, values: Mapping[str, Any], service: str = "") -> None:
        """Take the values by key, without the namespace.

        `service`: the service of a program of one's own whose name is the namespace of the keys.
        """
        self._values, self._service = values, service
        self._faults: list[str] = []

    @property
    def faults(self) -> int:
        """How many faults there are so far."""
        return len(self._faults)

    def raise_faults(self) -> None:
        """Raise `InputError` if there is any."""
        if self._faults:
            raise InputError("\n".join(self._faults).replace(NAMESPACE, namespace_of(self._service)))

    def fault(self, message: str) -> None:
        """Keep a fault."""
        self._faults.append(message)

    def check(self, check: Callable[[Any, str], None], value: object, setting: str) -> None:
        """Call the check, and keep the error that it raises as a fault."""
        try:
            check(value, setting)
        except InputError as error:
            self.fault(str(error))

    def refuse_unknown(self, known: tuple[str, ...], given: Mapping[str, Any] | None = None, path: str = "") -> None:
        """Keep a fault for each unknown key. The fault names the known key with the nearest spelling."""
        for key in self._values if given is None else given:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1, cutoff=0)
                shown = repr(key)[1:-1]  # a line break or an escape sequence in it must not reach the terminal
                self.fault(
                    f"{NAMESPACE}{path}{shown} is not a key that snapnames knows; the nearest is "
                    f"{NAMESPACE}{path}{near[0]}: rename it, or remove it"
                )

    def refuse_unprintable(self, *keys: str, unseen: Collection[str] = ()) -> None:
        """Keep a fault for each text in these values that has a character which can't be printed.

        `unseen`: paths that are not checked.
        """
        for key in keys:
            for path, text in _texts(key, self.json(key, None)):
                wrong = next((character for character in text if not character.isprintable()), "")
                if wrong and path not in unseen:
                    self.fault(
                        f"{NAMESPACE}{printable(path)} contains {wrong!r}; config is printable text of one line: take "
                        "it out"
                    )

    def has(self, *keys: str) -> bool:
        """Whether any of the keys is there."""
        return any(key in self._values for key in keys)

    def text(self, key: str, default: str) -> str:
        """The value of a key as text, also if it looks like a number or another kind."""
        value = self._values.get(key, default)
        return value if isinstance(value, str) else json.dumps(value)

    def json(self, key: str, default: object) -> Any:  # noqa: ANN401 -- whatever the user wrote
        """The value of a key, parsed as JSON if possible."""
        value = self._values.get(key, default)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, brackets without an end
            return value

    def keys(self, key: str) -> Counter[str]:
        """How often each key stands in a value that is a map in JSON; of keys of one name, `json` gives the last."""
        found: list[str] = []

        def paired(pairs: list[tuple[str, object]]) -> None:
            found[:] = [name for name, _ in pairs]  # the outermost map comes last

        try:
            json.loads(self.text(key, "{}"), object_pairs_hook=paired)
        except (ValueError, RecursionError):
            return Counter()
        return Counter(found)

    def truth(self, key: str) -> bool:
        """The value of a key that is true or false. A missing key is false."""
        value = self.json(key, default=False)
        if not isinstance(value, bool):
            self.fault(f"{NAMESPACE}{key} is {value!r}; it is true or false: set one of them")
            return False
        return value

    def duration(self, key: str, default: str) -> str:
        """The value of a key that is a time span in Go's notation. The default may be empty."""
        value = self.text(key, default)
        return value if value == default else self.span(key, value)

    def span(self, path: str, value: object) -> str:
        """The value if it is a time span as Go writes it, else nothing and a fault."""
        if isinstance(value, str) and is_span(value):
            return value
        self.fault(
            f"{NAMESPACE}{path} is {value!r}; it is hours, minutes, seconds as in 6h or 1h30m, each at most 99999: "
            "write it so"
        )
        return ""

    def typed(self, path: str, value: Any, kind: str, *, secret: bool = False) -> Any:  # noqa: ANN401
        """The value if it is of the kind. Otherwise None, and a fault is kept, which does not show a secret."""
        if is_kind(value, kind):
            return value
        shown = "a secret" if secret else repr(value)
        self.fault(
            f"{NAMESPACE}{path} is {shown}; it wants {kind}: write it so, numbers and dates in quotes where text is "
            "wanted"
        )
        return None


def is_kind(value: Any, kind: str) -> bool:  # noqa: ANN401 -- whatever the user wrote
    """Whether a value is of the kind. A text must not be empty, except in a map."""
    return {
        TEXT: lambda: isinstance(value, str) and value != "",
        WHOLE: lambda: _is_whole(value),
        WHOLES: lambda: isinstance(value, list) and all(_is_whole(item) for item in value),
        PROPERTIES: lambda: isinstance(value, dict),
        TRUTH: lambda: isinstance(value, bool),
        TEXTS: lambda: isinstance(value, list) and all(isinstance(item, str) and item for item in value),
        TEXT_MAP: lambda: isinstance(value, dict) and all(isinstance(item, str) for item in value.values()),
    }[kind]()


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _texts(path: str, value: object) -> Iterator[tuple[str, str]]:
    """Each text in a value, with the path to it. Keys of tags count as texts; all other keys are checked elsewhere."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(path, item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if path == "source" or path.endswith(".tags"):
                yield path, key
            yield from _texts(f"{path}.{key}", item)
