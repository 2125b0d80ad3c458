"""Decides which names the snapshots behind the account's images get, and which names stay as they are.

Plain functions. Nothing here knows Pulumi resources or calls AWS. The most important rule: a name that a person gave is
never lost.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from .image_selection import ImageSelection
from .images import Holdings, Image
from .naming import snapshot_names
from .tags import MAX_RESOURCE_TAGS

RECORD_OUTPUT = "ownedImages"
"""The stack output that a `Record` is kept in."""

PREVIOUS_NAME = "snapnames:previous-name"
"""On a snapshot whose Name was replaced: the Name that it had."""


@dataclass(frozen=True)
class Record:
    """The names that this component declared, as the stack's last outputs have them."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Snapshot id to Name."""

    renamed: frozenset[str] = frozenset()
    """Snapshots that this component named, and that a person has renamed since."""

    removes: bool = False
    """Whether a destroy removes the names."""

    found: frozenset[str] = frozenset()
    """Snapshots in `names` that had the Name before the stack could give it. The stack has no Tag for them."""

    @classmethod
    def of(cls, output: object) -> "Record":
        """Read the stack output. Before the first update there is none, and the record is empty."""
        if not isinstance(output, Mapping):
            return cls()
        renamed, found = (frozenset(output.get(key, ())) for key in ("renamed", "found"))
        return cls(output.get("names", {}), renamed, output.get("removes", False), found)

    def has(self, found: Mapping[str, str]) -> bool:
        """Whether all of these names are recorded."""
        return all(self.names.get(snapshot_id) == name for snapshot_id, name in found.items())

    def with_tags(self, tags: Mapping[str, str]) -> "Record":
        """The same record, with the Names of Tags that an update has left which did not come to its end."""
        return replace(self, names={**self.names, **tags}, found=self.found - tags.keys())

    def of_tag(self, snapshot_id: str) -> str | None:
        """The recorded Name of a snapshot that the stack has a Tag for; None for any other."""
        return None if snapshot_id in self.found else self.names.get(snapshot_id)


class DeclaredName(NamedTuple):
    """A Name to declare."""

    label: str
    """`<image>:<device>`. It is unique, and it does not change while the image exists."""

    name: str
    previous: str | None
    """The snapshot's previous name, declared as a tag too. The tag exists already, or is written before the Name."""


@dataclass
class OwnedNames:
    """The decision for every snapshot behind the selected images."""

    declared: dict[str, DeclaredName] = field(default_factory=dict)
    """Snapshot id to the Name that it gets."""

    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    """Snapshot id to its `name`, the name `wanted` for it, and `why` it keeps its own."""

    renamed: list[str] = field(default_factory=list)
    """Snapshot ids in `kept` that this component named before."""

    shared: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Snapshot id to the image `named_after`, the oldest, and the `others` that share it."""

    skipped: dict[str, str] = field(default_factory=dict)
    """Snapshot id to why it can't have a name."""

    unnamed_since: list[str] = field(default_factory=list)
    """Snapshot ids in `declared` that have a Tag, and that have lost the Name since."""

    def found(self, account: Holdings, record: Record) -> dict[str, str]:
        """Snapshot id to Name, of those in `declared` that have the Name already and no Tag that the record tells of.

        Such a Name needs no Tag: it is read in bulk at each update, and gets a Tag when it has to be written.
        """
        return {
            snapshot_id: declared.name
            for snapshot_id, declared in self.declared.items()
            if account.snapshots[snapshot_id].tags.get("Name") == declared.name and record.of_tag(snapshot_id) is None
        }

    def to_do(self, record: Record, found: Collection[str] = ()) -> int:
        """How many tags a stack with that record makes or changes: Names, and tags that keep a previous one.

        None of those that were `found`.
        """
        return sum(
            (record.of_tag(snapshot_id) != declared.name)
            + (declared.previous is not None and record.of_tag(snapshot_id) is None)
            for snapshot_id, declared in self.declared.items()
            if snapshot_id not in found
        )


_TO_DO = re.compile(r"; tags to make or change: (\d+);")


def to_do_text(tags: int) -> str:
    """How an update says how many tags it makes or changes.

    >>> to_do_in(f"snapshots: 3 named; {to_do_text(3)}; the output says which")
    3
    """
    return f"tags to make or change: {tags}"


def to_do_in(said: str) -> int | None:
    """The number in what an update said; None if it said something else."""
    found = _TO_DO.search(said)
    return int(found[1]) if found else None


class _Claim(NamedTuple):
    image: Image
    device: str
    wanted: str


def decide(  # noqa: PLR0913 -- what a decision depends on, by name
    account: Holdings,
    record: Record,
    *,
    stack: str,
    selection: ImageSelection,
    pattern: str,
    overwrite: bool,
    now: datetime,
) -> OwnedNames:
    """Decide for each snapshot behind the selected images, except those that `stack`'s own releases name.

    An image without a name of its own gives none to its snapshots. Releases of another stack are skipped too, because
    that stack recognizes an unfinished image by its unnamed snapshots. The caller has checked `pattern` by
    `check_pattern`. Raises `InputError` if the pattern gives two snapshots of an image the same name, or a name that is
    longer than a tag's value may be.
    """
    # A pending image may not show all its snapshots yet, so their order is not known.
    settled = [image for image in account.images.values() if image.state != "pending"]
    builders = {s: image.builder for image in settled if image.builder for s in image.snapshots.values()}
    selected = [image for image in settled if image.name and selection.takes(image, now)]
    names = OwnedNames()
    rules = _Rules(account, record, overwrite=overwrite)
    labels = Counter(image.name for image in selected)
    for snapshot_id, claims in _claims(selected, pattern).items():
        builder = builders.get(snapshot_id)
        if builder is not None:
            if builder != stack:
                names.skipped[snapshot_id] = f"stack {builder} built its image and names it"
            continue
        first = claims[0]
        # An image may have a snapshot at several devices.
        others = list(dict.fromkeys(claim.image.name for claim in claims if claim.image is not first.image))
        if others:
            names.shared[snapshot_id] = {"named_after": first.image.name, "others": others}
        label = first.image.name if labels[first.image.name] == 1 else f"{first.image.name} {first.image.image_id}"
        rules.apply(names, snapshot_id, first, f"{label}:{first.device}")
    return names


def _claims(images: Iterable[Image], pattern: str) -> dict[str, list[_Claim]]:
    """Each snapshot with all that would name it, the oldest image's first device first."""
    claims: dict[str, list[_Claim]] = {}
    for image, device, name in _named(images, pattern):
        claims.setdefault(image.snapshots[device], []).append(_Claim(image, device, name))
    return claims


def _named(images: Iterable[Image], pattern: str) -> Iterator[tuple[Image, str, str]]:
    for image in images:
        for device, name in snapshot_names(image.name, image.snapshots, image.root_device, pattern).items():
            yield image, device, name


class _Rules:
    """Decides the name of one snapshot from its tags and from the record."""

    def __init__(self, account: Holdings, record: Record, *, overwrite: bool) -> None:
        self._account, self._record, self._overwrite = account, record, overwrite

    def apply(self, names: OwnedNames, snapshot_id: str, claim: _Claim, label: str) -> None:
        snapshot = self._account.snapshots.get(snapshot_id)
        if snapshot is None:
            names.skipped[snapshot_id] = "it is gone, or another account owns it"
            return
        tags = snapshot.tags
        live, previous = tags.get("Name", ""), tags.get(PREVIOUS_NAME)
        why = self._theirs(snapshot_id, claim, live, previous)
        if why:
            names.kept[snapshot_id] = {"name": live, "wanted": claim.wanted, "why": why}
            if snapshot_id in self._record.names or snapshot_id in self._record.renamed:
                names.renamed.append(snapshot_id)
            return
        replaced = live if live and not self._ours(snapshot_id, claim, live) else None
        new = ("Name" not in tags) + (replaced is not None and previous is None)
        if sum(not key.startswith("aws:") for key in tags) + new > MAX_RESOURCE_TAGS:
            names.skipped[snapshot_id] = f"it has {MAX_RESOURCE_TAGS} tags, as many as EC2 takes"
            return
        if not live and self._record.of_tag(snapshot_id) is not None:
            names.unnamed_since.append(snapshot_id)
        names.declared[snapshot_id] = DeclaredName(label, claim.wanted, replaced if previous is None else previous)

    def _ours(self, snapshot_id: str, claim: _Claim, live: str) -> bool:
        return live in (claim.wanted, self._record.names.get(snapshot_id))

    def _theirs(self, snapshot_id: str, claim: _Claim, live: str, previous: str | None) -> str:
        """The reason why the live Name stays. Empty if it does not stay."""
        if not live or self._ours(snapshot_id, claim, live):
            return ""
        if snapshot_id in self._record.names or snapshot_id in self._record.renamed:
            return "it was renamed since it was named here"
        if not self._overwrite:
            return "it had a name already"
        if previous not in (None, live):
            return f"its tag {PREVIOUS_NAME} holds another name already"
        return ""
