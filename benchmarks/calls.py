"""How many AWS calls each thing takes that people do. The tests promise the figures that matter."""

from collections import Counter
from typing import Any

from tests.account import DATA_VOLUMES, INSTANCE_STORE, launch

from .measuring import Cost
from .scale import Scale
from .stage import PREVIEW, UP, Stack, stage

_READS = ("Describe", "Get")


def measure(scale: Scale) -> dict[str, Any]:
    """A service of three releases with three volumes each, and an account of many images."""
    return {"service": _service(), "account": {"names": scale.calls, **_account(scale)}}


def _service() -> dict[str, Any]:
    with stage(0) as on:
        ec2 = on.aws.client("ec2")
        instance = launch(ec2, mappings=[*DATA_VOLUMES, INSTANCE_STORE])
        stack = on.stack("service", {})
        found: dict[str, Cost] = {}

        def step(title: str, releases: list[str], *command: str) -> None:
            stack.program.config = {"service": "front-web", "source": instance, "releases": releases}
            found[title] = stack.run(*command, environment={})

        step("preview of the first release", ["1"], *PREVIEW)
        step("first release of 3 volumes", ["1"], *UP)
        step("no-change update of 1 release", ["1"], *UP)
        step("second release", ["2", "1"], *UP)
        step("no-change update of 2 releases", ["2", "1"], *UP)
        step("prune: the older release dropped", ["2"], *UP)
        step("refresh and update", ["2"], *UP, "--refresh")
        return {title: _counted(cost) for title, cost in found.items()}


def _account(scale: Scale) -> dict[str, Any]:
    with stage(scale.calls) as on:
        stack: Stack = on.owned()
        found = {
            "preview, nothing named": stack.run(*PREVIEW),
            "update, nothing named": stack.run(*UP),
            "preview, all named": stack.run(*PREVIEW),
            "no-change update": stack.run(*UP),
        }
        on.check_named()
    return {title: _counted(cost) for title, cost in found.items()}


def _counted(cost: Cost) -> dict[str, Any]:
    reads: Counter[str] = Counter()
    writes: Counter[str] = Counter()
    for call, count in sorted(cost.calls.items()):
        action = call.rpartition(".")[2]
        (reads if action.startswith(_READS) else writes)[action] += count
    return {"reads": dict(reads), "writes": dict(writes)}
