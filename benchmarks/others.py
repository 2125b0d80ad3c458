"""snapnames against what people use: the boto3 script, and Cloud Custodian, on the same account in the same run."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from . import custodian, name_snapshots
from .measuring import Cost, costs, in_turns, measured, ratios
from .scale import Scale
from .stage import PREVIEW, Stage, stage

SCRIPT, EACH, ALL = "boto3 script", "Custodian, a policy for each name", "Custodian, one name for all"
NAME_OWNED = "snapnames name-owned"
AGAIN = "boto3 script, all named", "pulumi preview, all named"


def measure(scale: Scale) -> dict[str, Any]:
    """As fast as the local AWS takes it: what tools cost, not what EC2 allows."""
    custodian.installed()
    with stage(scale.others) as on, TemporaryDirectory(prefix="snapnames-") as folder:
        tools = _tools(on, Path(folder))
        found = in_turns(tools, scale.rounds)
        tools[SCRIPT]()
        out_of_order = len(on.wrong_names())
    return {
        "names": scale.others,
        "custodian": custodian.version(),
        "script_out_of_order": out_of_order,
        "tools": {name: costs(runs) for name, runs in found.items()},
        "ratios": {name: ratios(found[NAME_OWNED], found[name]) for name in (SCRIPT, EACH, ALL)},
    }


def _tools(on: Stage, folder: Path) -> dict[str, Callable[[], Cost]]:
    stack = on.owned()
    each, all_alike = folder / "each.yml", folder / "all.yml"
    each.write_text(custodian.one_name_each(on.names), encoding="utf-8")
    all_alike.write_text(custodian.one_name_for_all(), encoding="utf-8")
    environment = stack.program.environment

    def script() -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, str(Path(name_snapshots.__file__))],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def from_nothing(run: Callable[[], Cost], *, checked: bool = True) -> Callable[[], Cost]:
        def turn() -> Cost:
            stack.put_back()
            cost = run()
            if checked:
                on.check_named()
            return cost

        return turn

    def again() -> Cost:
        stack.put_back()
        stack.name_owned()
        return stack.run(*PREVIEW)

    return {
        # It numbers the mappings as EC2 lists them.
        SCRIPT: from_nothing(lambda: measured(script, on.aws), checked=False),
        EACH: from_nothing(lambda: measured(lambda: custodian.start(each, environment), on.aws)),
        ALL: from_nothing(lambda: measured(lambda: custodian.start(all_alike, environment), on.aws), checked=False),
        NAME_OWNED: from_nothing(stack.name_owned),
        AGAIN[0]: lambda: measured(script, on.aws),
        AGAIN[1]: again,
    }
