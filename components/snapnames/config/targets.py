"""Reads a file of targets: accounts, roles and regions in, typed values or all faults at once out."""

import difflib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from snapnames.config.provider import provider_settings
from snapnames.errors import InputError
from snapnames.printable import printable
from snapnames.rules.partitions import partition_of
from snapnames.rules.target_checks import check_account_id, check_partition, check_region, check_role
from snapnames.rules.targets import (
    DECIDED,
    ENABLED,
    Account,
    Organization,
    Target,
    TargetList,
    role_arn,
)

_TOP = ("defaults", "targets", "organization")
_SHARED = ("role", "regions", "externalId", "config")
_TARGET = ("account", *_SHARED)
_ORGANIZATION = ("units", "tags", "exclude", *_SHARED)
_KEYS = ("aws:accessKey", "aws:secretKey", "aws:token")
"""The config that a file of targets has no place for: it is a secret."""

_SCALAR, _LIST, _MAP = "a text", "a list", "a map"
_WORDS = {yaml.ScalarNode: _SCALAR, yaml.SequenceNode: _LIST, yaml.MappingNode: _MAP}


def read_targets(text: str, name: str = "targets.yaml", home: str = "") -> TargetList:
    """What the file says. `name`: what an error calls it. Raises `InputError` with a line for each fault.

    `home`: the region of the caller. Roles of accounts whose regions are not listed are in its partition.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        said = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is nested too deeply"
        raise InputError(f"{where}: the file is no YAML: {said}: correct it") from error
    reader = _Reader(name, home)
    found = reader.file(root)
    if reader.faults:
        raise InputError("\n".join(message for _, message in sorted(reader.faults, key=lambda fault: fault[0])))
    return found


class _Reader:
    """Reads nodes, which know their lines, and keeps the faults."""

    def __init__(self, name: str, home: str) -> None:
        self._name, self._home = name, home
        self.faults: list[tuple[int, str]] = []
        """With the number of the line, or 0."""

    def file(self, root: yaml.Node | None) -> TargetList:
        top = self._map(root, "the file", _TOP) if root is not None else {}
        defaults = self._map(top.get("defaults"), "defaults", _SHARED)
        entries = list(self._items(top.get("targets"), "targets"))
        given = top.get("organization")
        organization = None if given is None else self._organization(given, defaults)
        if not entries and given is None and not self.faults:
            self._fault(root, "the file names no target: list accounts under `targets`, or give `organization`")
        accounts = [self._account(node, f"targets[{index}]", defaults) for index, node in enumerate(entries)]
        self._no_place_twice(accounts, entries)
        return TargetList(tuple(one for one in accounts if one is not None), organization)

    def _account(self, node: yaml.Node, path: str, defaults: Mapping[str, yaml.Node]) -> Account | None:
        entry = self._map(node, path, _TARGET)
        if "account" not in entry:
            self._fault(node, f"{path} has no account; each target is an account: give its id")
            return None
        account = self._text(entry["account"], f"{path}.account")
        self._check(entry["account"], check_account_id, account, f"{path}.account")
        shared = {**defaults, **entry}
        regions = self._regions(shared, path)
        role = self._role(shared, path, account)
        self._check(entry.get("regions", node), check_partition, regions, role, path)
        return Account(
            account,
            role_arn(role, account, partition_of(*(regions or [self._home]))),
            regions,
            self._text(shared.get("externalId"), f"{path}.externalId"),
            self._config(defaults, path) | self._config(entry, path),
        )

    def _organization(self, node: yaml.Node, defaults: Mapping[str, yaml.Node]) -> Organization:
        path = "organization"
        entry = self._map(node, path, _ORGANIZATION)
        shared = {**defaults, **entry}
        role = self._role(shared, path, "")
        if not role or role.startswith("arn:"):
            self._fault(
                shared.get("role", node),
                f"{path}.role is {role!r}; each account has a role of the same name: give the name alone, without arn:",
            )
        exclude = self._texts(entry.get("exclude"), f"{path}.exclude")
        for one in exclude:
            self._check(entry["exclude"], check_account_id, one, f"{path}.exclude")
        units = entry.get("units")
        if isinstance(units, yaml.SequenceNode) and not units.value:
            self._fault(
                units, f"{path}.units is empty; without the key, all accounts are taken: name units, or remove it"
            )
        tags = entry.get("tags")
        regions = self._regions(shared, path)
        self._check(shared.get("regions", node), check_partition, regions, "", path)
        return Organization(
            self._texts(units, f"{path}.units"),
            {key: self._text(value, f"{path}.tags.{key}") for key, value in self._map(tags, f"{path}.tags").items()},
            exclude,
            role,
            regions,
            self._text(shared.get("externalId"), f"{path}.externalId"),
            self._config(defaults, path) | self._config(entry, path),
        )

    def _role(self, entry: Mapping[str, yaml.Node], path: str, account: str) -> str:
        node = entry.get("role")
        role = self._text(node, f"{path}.role")
        if node is not None:
            self._check(node, check_role, role, account, f"{path}.role")
        return role

    def _regions(self, entry: Mapping[str, yaml.Node], path: str) -> tuple[str, ...]:
        """The regions of an entry. None stands for those that are enabled, which has to be said."""
        node, path = entry.get("regions"), f"{path}.regions"
        if node is None:
            self._fault(None, f"{path} is missing; a target has regions: list them, or write `regions: {ENABLED}`")
            return ()
        if isinstance(node, yaml.ScalarNode) and node.value == ENABLED:
            return ()
        regions = self._texts(node, path)
        if not regions and isinstance(node, yaml.SequenceNode):
            self._fault(node, f"{path} is empty; a target has regions: list them, or write `regions: {ENABLED}`")
        for region in regions:
            self._check(node, check_region, region, path)
        return regions

    def _config(self, entry: Mapping[str, yaml.Node], path: str) -> dict[str, str]:
        """The config as `pulumi config` has it: text stays, all else is JSON."""
        node, path, found = entry.get("config"), f"{path}.config", dict[str, str]()
        for key, value in self._map(node, path).items():
            if not key.startswith(("aws:", "snapnames:")):
                self._fault(value, f"{path} has {key!r}; keys are whole, as snapnames:namePattern: write it so")
            elif key in DECIDED or key in _KEYS:
                why = "a file of targets is no place for a secret" if key in _KEYS else "the target decides that"
                self._fault(value, f"{path} has {key}; {why}: remove it")
            else:
                found[key] = self._plain(value, f"{path}.{key}")
        try:
            provider_settings({key.removeprefix("aws:"): text for key, text in found.items() if key[:4] == "aws:"})
        except InputError as error:
            self._fault(node, f"{path}: {error}")
        return found

    def _plain(self, node: yaml.Node, path: str) -> str:
        try:
            value = _constructed(node)
            return value if isinstance(value, str) else json.dumps(value)
        except (yaml.YAMLError, ValueError, TypeError, RecursionError):
            self._fault(
                node, f"{path} has no counterpart in JSON; config is text, numbers, lists and maps: write it so"
            )
            return ""

    def _no_place_twice(self, accounts: list[Account | None], nodes: list[yaml.Node]) -> None:
        """Keep a fault for each account and region that is listed twice. `enabled` has all regions of an account."""
        seen = set[tuple[str, str]]()
        for account, node in zip(accounts, nodes, strict=True):
            for one in () if account is None else account.targets([""]):
                if {(one.account, one.region), (one.account, "")} & seen or (not one.region and _among(one, seen)):
                    self._fault(node, f"{one.place} is there twice; a place is one target: remove one of them")
                seen.add((one.account, one.region))

    def _map(self, node: yaml.Node | None, path: str, known: tuple[str, ...] = ()) -> dict[str, yaml.Node]:
        """The values of a map by key. `known`: the keys that there are; without them, any key is good."""
        if node is None or not self._is(node, yaml.MappingNode, path, _MAP):
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            text = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if text in found:
                self._fault(key, f"{path} has the key {text!r} twice: remove one of them")
            if known and text not in known:
                near = difflib.get_close_matches(text, known, n=1, cutoff=0)
                self._fault(key, f"{path} has {text!r}, which is no key there; the nearest is {near[0]}: rename it")
                continue
            found[text] = value
        return found

    def _items(self, node: yaml.Node | None, path: str) -> Iterator[yaml.Node]:
        if node is not None and self._is(node, yaml.SequenceNode, path, _LIST):
            yield from node.value

    def _texts(self, node: yaml.Node | None, path: str) -> tuple[str, ...]:
        return tuple(self._text(item, path) for item in self._items(node, path))

    def _text(self, node: yaml.Node | None, path: str) -> str:
        """The text as it is written. So an account id with a zero in front is no octal number."""
        return str(node.value) if node is not None and self._is(node, yaml.ScalarNode, path, _SCALAR) else ""

    def _is(self, node: yaml.Node, kind: type[yaml.Node], path: str, words: str) -> bool:
        right = isinstance(node, kind)
        if not right:
            self._fault(node, f"{path} is {_WORDS[type(node)]}; it wants {words}: write it so")
        return right

    def _check(self, node: yaml.Node, check: Callable[..., None], *values: object) -> None:
        try:
            check(*values)
        except InputError as error:
            self._fault(node, str(error))

    def _fault(self, node: yaml.Node | None, message: str) -> None:
        line = 0 if node is None else int(node.start_mark.line) + 1
        fault = (line, f"{printable(f'{self._name}:{line}' if line else self._name)}: {message}")
        if fault not in self.faults:
            self.faults.append(fault)


def _constructed(node: yaml.Node) -> Any:  # noqa: ANN401 -- whatever the user wrote
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _among(one: Target, seen: set[tuple[str, str]]) -> bool:
    return any(account == one.account for account, _ in seen)
