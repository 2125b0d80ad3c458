"""Run one command and see what it cost: seconds, AWS calls, memory."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from subprocess import Popen

import psutil

from localaws.server import LocalAws

_SAMPLE_SECONDS = 0.1


@dataclass(frozen=True)
class Cost:
    """Of one command with all that it started."""

    seconds: float
    calls: Mapping[str, int]
    """AWS action to a number of calls."""

    peak_mib: Mapping[str, int]
    """Process to the most resident memory that it had; `all` at one time, pages that they share counted in each."""


def measured(start: Callable[[], Popen[str]], aws: LocalAws) -> Cost:
    """Start it and wait for its end. Raises `RuntimeError` with what it printed when it fails."""
    mark, began = aws.mark(), time.monotonic()
    with start() as process:
        peak = _watched(psutil.Process(process.pid))
        out, _ = process.communicate()
        seconds = time.monotonic() - began
    if process.returncode:
        raise RuntimeError(out)
    return Cost(round(seconds, 1), Counter(aws.calls(mark)), {name: size >> 20 for name, size in peak.items()})


def _watched(root: psutil.Process) -> dict[str, int]:
    """Until the process ends: the most memory of each process in its tree, and of all."""
    peak: Counter[str] = Counter()
    while root.is_running() and root.status() != psutil.STATUS_ZOMBIE:
        now: Counter[str] = Counter()
        for process in (root, *root.children(recursive=True)):
            try:
                now[process.name()] += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        now["all"] = sum(now.values())
        peak |= now
        time.sleep(_SAMPLE_SECONDS)
    return dict(peak)
