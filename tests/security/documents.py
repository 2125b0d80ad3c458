"""The policies of docs/, and what is left of one without a part of it."""

import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any

from snapnames.testing.localaws.policies import Policy, Request

from tests.program import ROOT

Document = dict[str, Any]

PARTS = ("deploy", "name-owned", "ledger")
PRUNE = "prune"
"""The policy of those who delete. It is no part of the whole: who names snapshots would choose what may be deleted."""

BESIDE = "taken-in"
"""The policy that stands beside deploy.json, and is no part of the whole: it names images by their ids."""

ADOPT = "adopt"
"""The policy of a group of the team's own, beside deploy.json. It is no part of the whole: it names one group."""
COPIES = "copies"
"""The policy of copies, of sharing and of the parameter, beside deploy.json. It names regions and one parameter."""

LETTING_GO = "letting-go"
"""The policy of those who run the script of the ledger's plan. It stands alone: no stack needs it."""

READERS = ("preview", "recover")
"""The policies of those who only read. The other parts allow all that they allow."""

STACK = "production"
"""The stack, of the service front-web, that the policies are written for."""


def part(name: str) -> Document:
    """One of the split policies."""
    document: Document = json.loads((ROOT / "docs" / "iam" / f"{name}.json").read_text(encoding="utf-8"))
    return document


def whole() -> Document:
    """The policy for all that snapnames does."""
    document: Document = json.loads((ROOT / "docs" / "iam-policy.json").read_text(encoding="utf-8"))
    return document


def listed(value: object) -> list[Any]:
    """A list, also where a policy has one text."""
    return value if isinstance(value, list) else [value]


def reductions(document: Document) -> Iterator[tuple[str, Document]]:
    """The policy without each action and each resource of each statement, with what was taken out."""
    for number, statement in enumerate(document["Statement"]):
        for element in ("Action", "Resource"):
            for value in listed(statement[element]):
                less = copy.deepcopy(document)
                less["Statement"][number][element] = [v for v in listed(statement[element]) if v != value]
                yield f"{statement['Sid']}: {element} {value}", less


def both(one: Document, other: Document) -> Document:
    """The policy of a role that has both."""
    return {**one, "Statement": [*one["Statement"], *other["Statement"]]}


def of_images(image_ids: Iterable[str]) -> Document:
    """The policy beside deploy.json, for these images that were taken in."""
    document = part(BESIDE)
    for statement in document["Statement"]:
        if "ami-" in str(statement["Resource"]):
            statement["Resource"] = [f"arn:aws:ec2:*::image/{image_id}" for image_id in image_ids]
    return document


def enough(document: Document, authorized: list[dict[str, Any]]) -> bool:
    """Whether a policy allows all that was asked."""
    asked = {
        (request["action"], request["resource"], tuple(sorted((k, tuple(v)) for k, v in request["context"].items())))
        for request in authorized
    }
    return all(map(Policy(document).allows, (Request(action, to, dict(context)) for action, to, context in asked)))


def without(document: Document, sid: str) -> Document:
    """The policy without one statement."""
    return {**document, "Statement": [s for s in document["Statement"] if s["Sid"] != sid]}
