"""snapnames against OpenTofu, which users would take instead: one service, and the names of a whole account."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.account import DATA_VOLUMES, INSTANCE_STORE, launch
from tests.faults import Answer

from . import name_snapshots, outcomes, tofu
from .measuring import Cost, costs, in_turns, measured, ratios, summary
from .outcomes import FLEET, SERVICE
from .scale import Scale
from .stage import PREVIEW, UP, Stage, stage

SNAPNAMES, TOFU, READING, SCRIPT, THREADS = (
    "snapnames name-owned",
    "OpenTofu, each name written out",
    "OpenTofu, images read by data sources",
    "boto3 script",
    "boto3 script, 16 threads",
)
_CAPACITY, _PER_SECOND = 100, 10
_APPLY = ("apply", "-auto-approve")
_DESTROY = ("destroy", "-auto-approve")

Steps = Mapping[str, Cost]


def measure(scale: Scale) -> dict[str, Any]:
    """The same account for each tool, one after another in every round."""
    built = tofu.ensure()
    services = in_turns({"pulumi": _pulumi_service, "tofu": lambda: _tofu_service(built)}, scale.rounds)
    return {
        "tofu": tofu.VERSION,
        "provider": tofu.PROVIDER_VERSION,
        "service": {
            step: {
                **{tool: costs([run[step] for run in runs]) for tool, runs in services.items()},
                "ratio": ratios([run[step] for run in services["pulumi"]], [run[step] for run in services["tofu"]]),
            }
            for step in services["pulumi"][0]
        },
        "names": scale.peer,
        "bulk": _bulk(built, scale),
        "bucket": _bucket(built, scale),
        "outcomes": outcomes.measure(built),
    }


def _pulumi_service() -> Steps:
    """Plain pulumi on the program of this repository."""
    with stage(0) as on:
        instance = launch(on.aws.client("ec2"), mappings=[*DATA_VOLUMES, INSTANCE_STORE])
        stack = on.stack("service", {})

        def step(releases: list[str], *command: str) -> Cost:
            stack.program.config = {"service": SERVICE, "source": instance, "releases": releases, "fleet": FLEET}
            return stack.run(*command, environment={})

        return {
            "first preview": step(["1"], *PREVIEW),
            "first update": step(["1"], *UP),
            "preview without changes": step(["1"], *PREVIEW),
            "new release": step(["2", "1"], *UP),
            "older release dropped": step(["2"], *UP),
            "destroy": step(["2"], "destroy", "--yes", "--skip-preview", "--suppress-outputs"),
        }


def _tofu_service(built: tofu.Tofu) -> Steps:
    with stage(0) as on:
        instance = launch(on.aws.client("ec2"), mappings=[*DATA_VOLUMES, INSTANCE_STORE])
        work = tofu.Workspace(on.folder / "service", "service", built, on.endpoint).initialized()

        def step(releases: str, *command: str) -> Cost:
            given = {"service": SERVICE, "source_instance": instance, "releases": releases}
            return measured(lambda: work.start(*command, variables=given), on.aws)

        return {
            "first preview": step('["1"]', "plan"),
            "first update": step('["1"]', *_APPLY),
            "preview without changes": step('["1"]', "plan"),
            "new release": step('["2", "1"]', *_APPLY),
            "older release dropped": step('["2"]', *_APPLY),
            "destroy": step('["2"]', *_DESTROY),
        }


def _bulk(built: tofu.Tofu, scale: Scale) -> dict[str, Any]:
    """As fast as the local AWS takes it."""
    with stage(scale.peer) as on, TemporaryDirectory(prefix="snapnames-") as folder:
        found = in_turns(_tools(on, Path(folder), built), scale.rounds)
    return {
        "tools": {name: costs(runs) for name, runs in found.items()},
        "ratios": {name: ratios(found[SNAPNAMES], runs) for name, runs in found.items() if name != SNAPNAMES},
    }


def _bucket(built: tofu.Tofu, scale: Scale) -> dict[str, Any]:
    """Behind EC2's bucket: whole commands, over the floor that the bucket sets."""
    names = scale.peer // 2
    floor = (names - _CAPACITY) / _PER_SECOND
    with stage(names, buckets=True) as on, TemporaryDirectory(prefix="snapnames-") as folder:
        tools = _tools(on, Path(folder), built, paced=True)
        found = in_turns({name: _throttled(on, run) for name, run in tools.items() if name != READING}, 1)
    return {
        "names": names,
        "floor_seconds": floor,
        "tools": {
            name: {
                "seconds": summary([cost.seconds for cost, _ in runs]),
                "of_floor": summary([cost.seconds / floor for cost, _ in runs]),
                "throttled_percent": summary([percent for _, percent in runs]),
            }
            for name, runs in found.items()
        },
    }


def _throttled(on: Stage, run: Callable[[], Cost]) -> Callable[[], tuple[Cost, float]]:
    """The cost, and how many of the calls were throttled."""
    proxy = on.proxy
    if proxy is None:
        raise ValueError("the stage has no buckets")

    def turn() -> tuple[Cost, float]:
        time.sleep(_CAPACITY / _PER_SECOND)  # what the last run took from the buckets comes in again
        mark = proxy.mark()
        cost = run()
        calls = proxy.calls(mark)
        return cost, 100 * sum(call.answer is Answer.THROTTLED for call in calls) / len(calls)

    return turn


def _tools(on: Stage, folder: Path, built: tofu.Tofu, *, paced: bool = False) -> dict[str, Callable[[], Cost]]:
    """What names every snapshot of the account, from an empty state, each checked afterwards.

    `paced`: `name-owned` keeps its own pace.
    """
    stack = on.stack("owned", {"ownedImages": True}) if paced else on.owned()
    literal = tofu.Workspace(folder / "literal", "names", built, on.endpoint).initialized()
    literal.write_names(on.names)
    reading = tofu.Workspace(folder / "reading", "account", built, on.endpoint).initialized()

    def script(*options: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, str(Path(name_snapshots.__file__)), *options],
            env=stack.program.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def applied(work: tofu.Workspace) -> Cost:
        work.forget()
        return measured(lambda: work.start(*_APPLY), on.aws)

    def turn(run: Callable[[], Cost], *, ordered: bool = True) -> Callable[[], Cost]:
        def from_nothing() -> Cost:
            stack.put_back()
            cost = run()
            if ordered:
                on.check_named()
            return cost

        return from_nothing

    return {
        SNAPNAMES: turn(stack.name_owned),
        TOFU: turn(lambda: applied(literal)),
        READING: turn(lambda: applied(reading)),
        # It numbers the mappings as EC2 lists them.
        SCRIPT: turn(lambda: measured(script, on.aws), ordered=False),
        THREADS: turn(lambda: measured(lambda: script("16"), on.aws), ordered=False),
    }
