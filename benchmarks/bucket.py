"""Naming against EC2's token bucket: 100 CreateTags at once, then 10 a second. No tool is faster than that."""

import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.faults import Answer, FaultProxy

from .measuring import reading, summary
from .scale import Scale
from .stage import Stack, stage

if TYPE_CHECKING:
    import subprocess

_CAPACITY, _PER_SECOND = 100, 10


def measure(scale: Scale) -> dict[str, Any]:
    """`snapnames name-owned` with what it does by default, behind the exact buckets of every call that it makes."""
    with stage(scale.bucket, buckets=True) as on:
        stack = on.stack("owned", {"ownedImages": True})
        runs = []
        for _ in range(scale.rounds):
            stack.put_back()
            runs.append(_run(stack))
            on.check_named()
    floor = (scale.bucket - _CAPACITY) / _PER_SECOND
    return {
        "names": scale.bucket,
        "floor_seconds": floor,
        "naming_seconds": summary([run["naming"] for run in runs]),
        "naming_ratio": summary([run["naming"] / floor for run in runs]),
        "command_seconds": summary([run["command"] for run in runs]),
        "command_ratio": summary([run["command"] / floor for run in runs]),
        "throttled_percent": summary([run["throttled_percent"] for run in runs]),
        "calls": runs[-1]["calls"],
        "timeline": runs[-1]["timeline"],
    }


def _run(stack: Stack) -> dict[str, Any]:
    proxy = stack.stage.proxy
    if proxy is None:
        raise ValueError("the stage has no buckets")
    time.sleep(_CAPACITY / _PER_SECOND)  # what the last run took from the buckets comes in again
    mark, began = proxy.mark(), time.monotonic()
    with stack.program.command("name-owned", "--json") as process, reading(process) as said:
        seen = _watched(proxy, mark, process, began)
        out, err = said()
    if process.returncode:
        raise RuntimeError(err)
    command = time.monotonic() - began
    if len(json.loads(out)["names"]) != len(stack.stage.names):
        raise RuntimeError(f"{len(json.loads(out)['names'])} names are given, not {len(stack.stage.names)}")
    calls = proxy.calls(mark)
    throttled = sum(call.answer is Answer.THROTTLED for call in calls)
    given = [at for at, _ in seen]
    return {
        "command": command,
        "naming": given[-1] - given[0],
        "throttled_percent": 100 * throttled / len(calls),
        "calls": dict(
            Counter(call.name if call.answer is Answer.PASSED else f"{call.name}, throttled" for call in calls)
        ),
        "timeline": [[round(at - given[0], 2), count] for at, count in seen],
    }


def _watched(proxy: FaultProxy, mark: int, process: "subprocess.Popen[str]", began: float) -> list[tuple[float, int]]:
    """Seconds since the start, and CreateTags calls done, whenever there are more."""
    seen: list[tuple[float, int]] = []
    while process.poll() is None:
        done = sum(call.name == "ec2.CreateTags" and call.answer is Answer.PASSED for call in proxy.calls(mark))
        if done and (not seen or done > seen[-1][1]):
            seen.append((time.monotonic() - began, done))
        time.sleep(0.05)
    return seen
