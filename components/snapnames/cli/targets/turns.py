"""Which target's turn it is: so many at a time, region after region, and none any more after too many failures."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
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
                    for one in self._free(waiting, found, stopped, told, running):
                        running.add(pool.submit(_outcome, work, one))
                    if not running:
                        break
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        told(future.result())
        return found

    def _free(
        self,
        waiting: Iterator[Target],
        found: Sequence[Outcome],
        stopped: Callable[[], bool],
        told: Callable[[Outcome], None],
        running: Collection[object],
    ) -> Iterator[Target]:
        """The targets that are begun now. Those that may not be begun are told."""
        while len(running) < self.max_concurrent and (target := next(waiting, None)):
            if refusal := self._refusal(found, target.region, stopped=stopped()):
                told(Outcome(target, error=refusal, tried=False))
            else:
                yield target

    def _refusal(self, found: Sequence[Outcome], region: str, *, stopped: bool) -> str:
        """Why no other target of the region is begun. Empty if one may be."""
        if stopped:
            return "not tried: the command was stopped"
        if self.failure_tolerance is None:
            return ""
        failed = Counter(one.target.region for one in found if one.error and one.tried)
        over = {where: count for where, count in failed.items() if count > self.failure_tolerance}
        # Without an order, no region comes after another one.
        where = region if region in over else next(iter(over), None) if self.region_order else None
        if where is None:
            return ""
        return (
            f"not tried: {_targets(over[where], where)} failed, and the failure tolerance of each region is "
            f"{self.failure_tolerance}"
        )


def _targets(count: int, region: str) -> str:
    """So many targets of a region. An account whose regions could not be read is a target without a region."""
    return f"{count} target{'s' * (count != 1)} {f'in {region}' if region else 'without a region'}"


def _outcome(work: Callable[[Target], Mapping[str, Any]], target: Target) -> Outcome:
    """Work on one target. A failure is of this target alone."""
    if target.problem:
        return Outcome(target, error=target.problem)
    try:
        return Outcome(target, work(target))
    except (CommandError, InputError, OSError, yaml.YAMLError) as error:
        return Outcome(target, error=str(error) or type(error).__name__)
