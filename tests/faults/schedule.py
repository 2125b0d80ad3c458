"""Which call meets which fate."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from tests.faults.call import Call
from tests.faults.chance import Chance, Rates
from tests.faults.fates import Fate

Which = str | Callable[["Call"], bool]
"""The name of a call, `ec2.CreateTags`, or a function that picks calls, such as `is_write`."""


@dataclass
class _Rule:
    picks: Callable[[Call], bool]
    fates: tuple[Fate, ...]
    first: int
    """How many calls that it picks are still to come up to the first that it is for; negative later on."""
    times: int | None


class Schedule:
    """The fates of calls that no bucket refuses. Empty, it lets every call pass. Safe to use from any thread."""

    def __init__(self, chance: Chance | None = None) -> None:
        """Begin without rules; `chance` is asked for each call that no rule is for."""
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []
        self._chance = chance

    @classmethod
    def random(cls, seed: int, rates: Rates, *, delay_seconds: float = 0.05, in_a_row: int = 2) -> Self:
        """Faults by chance, the same for the same seed: `Chance` says in what sense."""
        return cls(Chance(seed, rates, delay_seconds=delay_seconds, in_a_row=in_a_row))

    def at(self, which: Which, nth: int, *fates: Fate, times: int | None = 1) -> None:
        """Give the n-th of these calls, counted from now and from 1, these fates one after another.

        The next ones share them if `times` is more than 1; all of them from the n-th on if it is None.
        """
        if isinstance(which, str) and "." not in which:
            raise ValueError(f"no call is named {which!r}: name its service too, as in 'ec2.CreateTags'")
        if nth < 1 or (times is not None and times < 1) or not fates:
            raise ValueError(f"nth={nth}, times={times}, {len(fates)} fates: each is at least 1")
        picks = which if callable(which) else lambda call: call.name == which
        with self._lock:
            self._rules.append(_Rule(picks, fates, nth, times))

    def clear(self) -> None:
        """Forget rules and chance: every call that comes now passes."""
        with self._lock:
            self._rules.clear()
            self._chance = None

    def fates(self, call: Call) -> list[Fate]:
        """What happens to the next call: the fates of all rules for it, in the order in which they were given."""
        with self._lock:
            by_chance = self._chance.fate(call) if self._chance else None
            found = [fate for rule in self._rules if _is_for(rule, call) for fate in rule.fates]
            return found or ([by_chance] if by_chance else [])


def _is_for(rule: _Rule, call: Call) -> bool:
    if not rule.picks(call):
        return False
    rule.first -= 1
    return rule.first <= 0 and (rule.times is None or -rule.first < rule.times)
