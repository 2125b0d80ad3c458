"""IAM policy documents: whether one allows a request. Only what identity policies of EC2 and Auto Scaling use.

moto looks at the actions of a policy alone; resources and conditions are what least privilege is made of. Evaluation is
that of docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: denied unless a statement
allows, and one that denies wins. Policy variables are not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Context = dict[str, tuple[str, ...]]
"""Condition key to its values, of one request; a key that the request does not have is left out."""


@dataclass(frozen=True)
class Request:
    """One authorization: a call may need several."""

    action: str
    """`ec2:CreateTags`."""

    resource: str
    """An ARN; `*` for an action without resource-level permissions."""

    context: Context


@dataclass(frozen=True)
class _Statement:
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[_Condition, ...]

    def matches(self, request: Request) -> bool:
        return (
            any(like(pattern.lower(), request.action.lower()) for pattern in self.actions)
            and any(like(pattern, request.resource) for pattern in self.resources)
            and all(condition.holds(request.context) for condition in self.conditions)
        )


@dataclass(frozen=True)
class _Condition:
    operator: str
    quantifier: str
    if_exists: bool
    key: str
    wanted: tuple[str, ...]

    def holds(self, context: Context) -> bool:
        given = _values(context, self.key)
        if self.operator == "Null":
            return (given is None) == (self.wanted == ("true",))
        if self.quantifier == "ForAllValues":
            return all(_OPERATORS[self.operator](value, self.wanted) for value in given or ())
        if given is None:
            return self.if_exists or (self.operator.startswith("StringNot") and not self.quantifier)
        return any(_OPERATORS[self.operator](value, self.wanted) for value in given)


class Policy:
    """A policy document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Read it. Raises `ValueError` for an element or an operator that is not evaluated here."""
        self.document = document
        self._statements = [_statement(statement) for statement in _listed(document.get("Statement", []))]

    def allows(self, request: Request) -> bool:
        """Whether some statement allows it and none denies it."""
        return self._effects(request) == {"Allow"}

    def denies(self, request: Request) -> bool:
        """Whether some statement denies it, so that no other could allow it."""
        return "Deny" in self._effects(request)

    def _effects(self, request: Request) -> set[str]:
        return {statement.effect for statement in self._statements if statement.matches(request)}


def _statement(statement: Mapping[str, Any]) -> _Statement:
    if unknown := sorted(set(statement) - {"Sid", "Effect", "Action", "Resource", "Condition"}):
        raise ValueError(
            f"the policy has {unknown[0]!r}: only Sid, Effect, Action, Resource and Condition are evaluated"
        )
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise ValueError(f"the policy has the effect {statement.get('Effect')!r}: use Allow or Deny")
    return _Statement(
        statement["Effect"],
        tuple(_listed(statement.get("Action", []))),
        tuple(_listed(statement.get("Resource", []))),
        tuple(
            _condition(operator, key, wanted)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        ),
    )


def _condition(name: str, key: str, wanted: object) -> _Condition:
    quantifier, _, plain = name.rpartition(":")
    operator = plain.removesuffix("IfExists")
    if operator not in {*_OPERATORS, "Null"} or quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise ValueError(f"the policy has the condition operator {name!r}, which is not evaluated here")
    values = tuple(str(value) for value in _listed(wanted))
    if any("${" in value for value in values):
        raise ValueError(f"the policy has a variable in {values!r}, and variables are not evaluated here")
    return _Condition(operator, quantifier, plain != operator, key, values)


def _values(context: Context, key: str) -> tuple[str, ...] | None:
    """The values of a key. Keys are read without regard to case; the tag in one too, as IAM does."""
    return next((values for name, values in context.items() if name.lower() == key.lower()), None)


_OPERATORS: Mapping[str, Callable[[str, Sequence[str]], bool]] = {
    "StringEquals": lambda value, wanted: value in wanted,
    "StringNotEquals": lambda value, wanted: value not in wanted,
    "StringLike": lambda value, wanted: any(like(pattern, value) for pattern in wanted),
    "StringNotLike": lambda value, wanted: not any(like(pattern, value) for pattern in wanted),
    "Bool": lambda value, wanted: value.lower() in [one.lower() for one in wanted],
    "ArnLike": lambda value, wanted: any(like(pattern, value) for pattern in wanted),
}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def like(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern of IAM."""
    return _glob(pattern).fullmatch(text) is not None


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    """`*` is any text and `?` one character; nothing else is special, unlike in `fnmatch`."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(character, re.escape(character)) for character in pattern), re.DOTALL)
