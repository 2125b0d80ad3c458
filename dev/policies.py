"""`python -m dev.policies`: docs/iam-policy.json, made of the policies in docs/iam, for a stack that does all of it."""

import json
from pathlib import Path
from typing import Any

from .project import ROOT

PARTS = ROOT / "docs" / "iam"
WHOLE = ROOT / "docs" / "iam-policy.json"

_WIDER = {"NameSnapshots": "NameOwnedSnapshots"}
"""Statements of deploy.json in whose place one of another part stands, which allows the same and more."""

_LEFT_OUT = ("ReadReferences",)
"""Statements that are in a part alone: with them the whole would be longer than a managed policy can be."""


def made() -> str:
    """The whole: what deploy.json says, what the others have beside it, and every read in one statement."""
    deploy, *others = (_statements(PARTS / f"{name}.json") for name in ("deploy", "name-owned", "ledger"))
    elsewhere = {one["Sid"]: one for part in others for one in part if one["Sid"] not in _LEFT_OUT}
    reads = [statement for statement in (*deploy, *elsewhere.values()) if _is_plain_read(statement)]
    actions = sorted({action for statement in reads for action in statement["Action"]})
    whole = []
    for statement in deploy:
        if _is_plain_read(statement):
            whole.append({**statement, "Action": actions})
        else:
            whole.append(elsewhere.get(_WIDER.get(statement["Sid"], ""), statement))
    whole += [statement for statement in elsewhere.values() if statement not in (*reads, *whole)]
    return json.dumps({"Version": "2012-10-17", "Statement": whole}, indent=2) + "\n"


def _is_plain_read(statement: dict[str, Any]) -> bool:
    """Whether it allows reads of everything, without a condition that would be lost beside others."""
    return statement["Resource"] == "*" and "Condition" not in statement


def _statements(path: Path) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["Statement"]
    return statements


if __name__ == "__main__":
    WHOLE.write_text(made(), encoding="utf-8")
