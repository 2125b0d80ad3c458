"""What commands cost: seconds, processor time, AWS calls; one command, or several in turns."""

import random
import resource
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import psutil
from snapnames.testing.localaws.server import LocalAws

from .memory import peak

if TYPE_CHECKING:
    import subprocess

T = TypeVar("T")

SEED = 20180307
"""Of the order within each round."""

_SAMPLE_SECONDS = 0.1

Start = Callable[[], "subprocess.Popen[str]"]


@dataclass(frozen=True)
class Cost:
    """Of one command with all that it started."""

    seconds: float
    cpu_seconds: float
    """Processor time of the command and of what it waited for; the local AWS is not in it."""

    calls: Mapping[str, int]
    """AWS action to a number of calls."""

    peak_mib: float = 0.0
    """The most memory that all its processes had at one time."""


def measured(start: Start, aws: LocalAws) -> Cost:
    """Start it and wait for its end. Raises `RuntimeError` with what it printed when it fails."""
    mark, began, cpu = aws.mark(), time.monotonic(), _children_cpu()
    with start() as process, peak(process) as most:
        out, _ = process.communicate()
    seconds, cpu = time.monotonic() - began, _children_cpu() - cpu
    if process.returncode:
        raise RuntimeError(out)
    return Cost(round(seconds, 3), round(cpu, 3), dict(Counter(aws.calls(mark))), round(most.mib, 1))


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def reading(process: "subprocess.Popen[str]") -> Iterator[Callable[[], tuple[str, str]]]:
    """Read what it prints while something else looks on: thousands of lines would fill the pipe, and it would stop.

    Gives what waits for its end, and gives stdout and stderr.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        yield pool.submit(process.communicate).result


def by_process(start: Start, aws: LocalAws) -> dict[str, float]:
    """Seconds of processor time by the name of the process, the local AWS among them, and `all` that passed.

    Sampled, so the last tenth of a second of a process may be missing.
    """
    server = psutil.Process(aws.pid)
    before, began = _cpu(server), time.monotonic()
    used: dict[tuple[int, str], float] = {}
    with start() as process, reading(process) as said:
        root = psutil.Process(process.pid)
        while root.is_running() and root.status() != psutil.STATUS_ZOMBIE:
            for one in (root, *root.children(recursive=True)):
                try:
                    used[one.pid, one.name()] = _cpu(one)
                except psutil.NoSuchProcess:
                    continue
            time.sleep(_SAMPLE_SECONDS)
        out, _ = said()
    if process.returncode:
        raise RuntimeError(out)
    total: dict[str, float] = {}
    for (_, name), seconds in used.items():
        # The kernel cuts a name at 15 characters, before a program has said its own.
        full = next((full for full in _NAMES if full.startswith(name) and len(name) == 15), name)
        total[full] = total.get(full, 0.0) + seconds
    total["local AWS"] = _cpu(server) - before
    return {name: round(seconds, 2) for name, seconds in total.items()} | {"all": round(time.monotonic() - began, 2)}


_NAMES = ("pulumi", "pulumi-language-python", "pulumi-resource-aws", "python3")


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def in_turns(variants: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Run each variant once a round, in an order that is drawn anew for each round."""
    order, chance = list(variants), random.Random(SEED)  # noqa: S311 -- no secret
    found: dict[str, list[T]] = {name: [] for name in variants}
    for _ in range(rounds):
        chance.shuffle(order)
        for name in order:
            found[name].append(variants[name]())
    return found


def summary(values: Sequence[float], digits: int = 3) -> dict[str, object]:
    """Median and worst, with the values themselves, in the order of the rounds."""
    return {
        "median": round(statistics.median(values), digits),
        "worst": round(max(values), digits),
        "values": [round(value, digits) for value in values],
    }


def costs(found: Sequence[Cost]) -> dict[str, object]:
    """Several runs of one command. The calls are those of the last."""
    return {
        "seconds": summary([cost.seconds for cost in found]),
        "cpu_seconds": summary([cost.cpu_seconds for cost in found]),
        "calls": dict(found[-1].calls),
        "peak_mib": max(cost.peak_mib for cost in found),
    }


def ratios(ours: Sequence[Cost], theirs: Sequence[Cost]) -> dict[str, object]:
    """What one cost divided by what the other did in the same round."""
    pairs = list(zip(ours, theirs, strict=True))
    return {
        "seconds": summary([a.seconds / b.seconds for a, b in pairs]),
        "cpu_seconds": summary([a.cpu_seconds / b.cpu_seconds for a, b in pairs]),
    }
