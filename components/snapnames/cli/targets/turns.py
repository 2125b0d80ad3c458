"""Which target's turn it is: so many at a time, region after region, and none any more after too many failures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import yaml

from snapnames.cli.errors import CommandError
from snapnames.errors import InputError
from snapnames.rules.targets import Target


@dataclass(frozen=True)
class Outcome:
    """What has become of one target."""

    target: Target
    facts: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    """Why it failed, or why it was not tried. Empty if it is done."""

    tried: bool = True


@dataclass(frozen=True)
class Turns:
    """In StackSets' terms: how many work at a time, how many may fail, and which region comes first.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stackinstances-create.html
    """

    max_concurrent: int
    failure_tolerance: int | None = None
    """If more targets than this have failed, no other one is begun. None for no limit."""

    region_order: Sequence[str] = ()
    """The targets of a region are begun when all of the region before it have ended. Other regions come last."""

    def waves(self, targets: Sequence[Target]) -> list[list[Target]]:
        """The targets that may work side by side, in the order of their turns."""
        if not self.region_order:
            return [list(targets)]
        regions = dict.fromkeys([*self.region_order, *sorted({one.region for one in targets})])
        waves = [[one for one in targets if one.region == region] for region in regions]
        return [wave for wave in waves if wave]

    def run(
        self,
        targets: Sequence[Target],
        work: Callable[[Target], Mapping[str, Any]],
        *,
        stopped: Callable[[], bool] = lambda: False,
        ended: Callable[[Outcome], None] = lambda _: None,
    ) -> list[Outcome]:
        """Work on each target in its turn. `ended` is told each outcome in the caller's thread, as soon as it is known.

        `work` gives the facts of a target that is done, and raises if it failed. `stopped`: whether no other is begun.
        Gives all outcomes without their facts.
        """
        found: list[Outcome] = []

        def told(outcome: Outcome) -> None:
            found.append(replace(outcome, facts={}))  # of thousands of targets, their names would fill the memory
            ended(outcome)

        with ThreadPoolExecutor(max_workers=self.max_concurrent) as pool:
            for wave in self.waves(targets):
                waiting = iter(wave)
                running: set[Future[Outcome]] = set()
                while True:
                    refusal = self._refusal(found, stopped=stopped())
                    free = 0 if refusal else self.max_concurrent - len(running)
                    running |= {pool.submit(_outcome, work, one) for one in islice(waiting, free)}
                    if not running:
                        break
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for one in done:
                        told(one.result())
                for left in _left(waiting, refusal):
                    told(left)
        return found

    def _refusal(self, found: Sequence[Outcome], *, stopped: bool) -> str:
        """Why no other target is begun. Empty if one may be."""
        failed = sum(bool(one.error) and one.tried for one in found)
        if stopped:
            return "not tried: the command was stopped"
        if self.failure_tolerance is not None and failed > self.failure_tolerance:
            return f"not tried: {failed} failed, and the failure tolerance is {self.failure_tolerance}"
        return ""


def _left(waiting: Iterator[Target], refusal: str) -> Iterator[Outcome]:
    for target in waiting:
        yield Outcome(target, error=refusal, tried=False)


def _outcome(work: Callable[[Target], Mapping[str, Any]], target: Target) -> Outcome:
    """Work on one target. A failure is of this target alone."""
    if target.problem:
        return Outcome(target, error=target.problem)
    try:
        return Outcome(target, work(target))
    except (CommandError, InputError, OSError, yaml.YAMLError) as error:
        return Outcome(target, error=str(error) or type(error).__name__)
