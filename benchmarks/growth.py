"""How time grows with the number of names: previews and naming, and plain `pulumi up` with its checkpoints."""

import math
from collections.abc import Mapping, Sequence
from statistics import linear_regression, median
from typing import Any

from .measuring import Cost, costs, in_turns
from .scale import Scale
from .stage import NO_CHECKPOINTS, PREVIEW, UP, Stack, stage


def measure(scale: Scale) -> dict[str, Any]:
    """Each size in every round, on accounts of their own that stand all the time."""
    start_up = _start_up(scale)
    sizes = {size: _size(size, scale) for size in scale.growth}
    with_checkpoints = {size: _once(size) for size in scale.checkpoints}
    found: dict[str, Any] = {"start_up": costs(start_up), "preview": {}, "naming": {}, "checkpoints": {}}
    for size, (previews, naming) in sizes.items():
        found["preview"][size], found["naming"][size] = costs(previews), costs(naming)
    found["checkpoints"] = {size: costs([cost]) for size, cost in with_checkpoints.items()}
    found["exponents"] = {
        "preview": _exponents({size: runs for size, (runs, _) in sizes.items()}, start_up),
        "naming": _exponents({size: runs for size, (_, runs) in sizes.items()}, start_up),
        "checkpoints": _exponents({size: [cost] for size, cost in with_checkpoints.items()}, start_up),
    }
    return found


def _exponents(runs: dict[int, list[Cost]], start_up: list[Cost]) -> dict[str, float]:
    seconds = {size: [cost.seconds for cost in of] for size, of in runs.items()}
    cpu = {size: [cost.cpu_seconds for cost in of] for size, of in runs.items()}
    return {
        **exponent(seconds, median(cost.seconds for cost in start_up)),
        "cpu_above_start_up": exponent(cpu, median(cost.cpu_seconds for cost in start_up))["above_start_up"],
    }


def exponent(seconds: Mapping[int, Sequence[float]], start_up: float) -> dict[str, float]:
    """The slope of log(time) over log(names): of the time itself, and of what is left above an account without images.

    >>> exponent({100: [3.0], 200: [5.0], 400: [9.0]}, 1.0)
    {'all': 0.79, 'above_start_up': 1.0}
    """
    sizes = [math.log(size) for size in seconds]
    medians = [median(values) for values in seconds.values()]
    return {
        "all": round(linear_regression(sizes, [math.log(value) for value in medians]).slope, 2),
        "above_start_up": round(
            linear_regression(sizes, [math.log(max(value - start_up, 0.001)) for value in medians]).slope, 2
        ),
    }


def _start_up(scale: Scale) -> list[Cost]:
    with stage(0) as on:
        stack = on.owned()
        return [stack.run(*PREVIEW) for _ in range(scale.rounds)]


def _size(names: int, scale: Scale) -> tuple[list[Cost], list[Cost]]:
    with stage(names) as on:
        stack = on.owned()
        runs = in_turns({"both": lambda: _both(stack)}, scale.rounds)["both"]
        on.check_named()
    return [preview for preview, _ in runs], [naming for _, naming in runs]


def _both(stack: Stack) -> tuple[Cost, Cost]:
    stack.put_back()
    return stack.run(*PREVIEW), stack.run(*UP, environment=NO_CHECKPOINTS)


def _once(names: int) -> Cost:
    with stage(names) as on:
        stack = on.owned()
        return stack.run(*UP, environment={})
