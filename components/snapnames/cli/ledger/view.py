"""Decides which part of the account a ledger covers, and connects what was read. Plain functions."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from string import Formatter
from typing import Any

from snapnames.cli.state.declared import Declared
from snapnames.printable import shell_command
from snapnames.rules.candidates import Verdict, service_of
from snapnames.rules.images import PARAMETER, Holdings, Image, Snapshot, Use
from snapnames.rules.releases import release_of
from snapnames.rules.tools import UNKNOWN, tool_of

EXISTS, GONE, COPY, UNREAD = "volume exists", "volume is gone", "copy", "volume not known"
VOLUMES = (EXISTS, GONE, COPY, UNREAD)
"""What the ledger says of the volume of a snapshot. A copy has no volume."""


@dataclass(frozen=True)
class View:
    """Everything that was read of one region, and whether the ledger covers this stack or the whole account."""

    holdings: Holdings
    declared: Declared = field(default_factory=Declared)
    uses: tuple[Use, ...] = ()
    account: bool = False
    """Whether every image and snapshot counts, or only those of the stack."""

    service: str = ""
    """The beginning of the names of the stack's images. Empty for a stack without releases."""

    patterns: tuple[str, ...] = ()
    """Name patterns of snapshots. With them, a snapshot's name tells the image for which it was given."""

    owns: bool = False
    """Whether the stack has `snapnames:ownedImages`."""

    past: tuple[Use, ...] = ()
    """What older versions of the stack's own launch template use. Only a person who names the version launches it."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """By image or snapshot id, what the rule of the plan says of a delete. Without a verdict, none is advised."""

    lent: frozenset[str] = frozenset()
    """Ids of images that other accounts can launch. It is read for a few images."""

    asked: frozenset[str] = frozenset()
    """Ids of the images of which AWS has said who can launch them."""

    volumes: frozenset[str] | None = None
    """The volumes that EC2 still has, of the snapshots behind no image. None if they were not read."""

    region: str = ""
    home: bool = True
    """Whether it is the region of the stack, or the one that commands use if they name none."""

    def knowing(self, **facts: Any) -> "View":  # noqa: ANN401 -- fields of this class
        """The same view with more that was read: `past`, `verdicts`, `lent`, `asked` or `volumes`.

        What was computed of the rest is taken over: with 40,000 snapshots it takes a while.
        """
        more = replace(self, **facts)
        more.__dict__.update({name: value for name, value in self.__dict__.items() if name in _COMPUTED})
        return more

    def volume_of(self, snapshot: Snapshot) -> str:
        """Whether the volume that the snapshot is of still exists: one of `VOLUMES`. It is no reason for a delete."""
        if snapshot.copied:
            return COPY
        if self.volumes is None or not snapshot.volume_id:
            return UNREAD
        return EXISTS if snapshot.volume_id in self.volumes else GONE

    def tool(self, snapshot: Snapshot) -> str:
        """The tool that made the snapshot. If its own tags name none, it is the tool of its oldest image."""
        own = tool_of(snapshot.tags)
        images = self.images_of.get(snapshot.snapshot_id, ())
        return tool_of(images[0].tags) if own == UNKNOWN and images else own

    @cached_property
    def newest(self) -> dict[str, list[str]]:
        """Service to the ids of its available images, the newest first."""
        found: dict[str, list[str]] = {}
        for image in reversed([*self.holdings.images.values()]):
            if image.state == "available":
                found.setdefault(service_of(image), []).append(image.image_id)
        return found

    @cached_property
    def newer(self) -> dict[str, int]:
        """Image id to the number of available images of its service that are newer."""
        seen, newer = Counter[str](), {}
        for image in reversed([*self.holdings.images.values()]):
            service = service_of(image)
            newer[image.image_id] = seen[service]
            seen[service] += image.state == "available"
        return newer

    def command(self, *words: str) -> str:
        """A command of EC2, to copy. It names the region where that is needed."""
        return shell_command("aws", "ec2", *words, *(() if self.home else ("--region", self.region)))

    @cached_property
    def images(self) -> list[Image]:
        """The images that the ledger covers, newest first."""
        return [image for image in reversed([*self.holdings.images.values()]) if self.takes(image)]

    @property
    def copies(self) -> Mapping[str, str]:
        """Image id to name, of the copies that the state has in this region."""
        return self.declared.copies.get(self.region, {})

    @cached_property
    def behind(self) -> dict[str, list[str]]:
        """Image id to the ids of its snapshots."""
        return self.holdings.behind()

    @cached_property
    def users(self) -> dict[str, list[Use]]:
        """Image id to the uses of the image."""
        return _by_id(self.uses)

    @cached_property
    def doubled(self) -> dict[tuple[str | None, str], int]:
        """Image and volume to the number of snapshots that say that they are of both, where it is more than one."""
        made = Counter((one.made_for, one.volume_id) for one in self.holdings.snapshots.values() if one.made_for)
        return {key: count for key, count in made.items() if count > 1}

    @cached_property
    def unresolved(self) -> tuple[Use, ...]:
        """What launches an image that stands in a parameter, where AWS did not say which image that is."""
        return tuple(use for use in (*self.uses, *self.past) if use.image_id.startswith(PARAMETER))

    @cached_property
    def could_use(self) -> dict[str, list[Use]]:
        """The same for `past`."""
        return _by_id(self.past)

    @cached_property
    def images_of(self) -> dict[str, list[Image]]:
        """Snapshot id to the images that have the snapshot, oldest first."""
        found: dict[str, list[Image]] = {}
        for image_id, snapshot_ids in self.behind.items():
            for snapshot_id in snapshot_ids:
                found.setdefault(snapshot_id, []).append(self.holdings.images[image_id])
        return found

    def takes(self, image: Image) -> bool:
        """Whether the ledger covers this image: the stack built it, has it in its state, or names its snapshots."""
        known = (self.declared.images, self.declared.names, self.declared.owned)
        return (
            self.account
            or self._built(image)
            or any(one in ids for ids in known for one in (image.image_id, *image.snapshots.values()))
        )

    def _built(self, image: Image) -> bool:
        return self.home and self.declared.built(image.builder)

    def own(self, image: Image) -> bool:
        """Whether the image is a release of this stack."""
        return image.image_id in self.declared.images or self._built(image)

    def untracked(self, image: Image) -> bool:
        """Whether this stack built the image, but its state does not have it."""
        return self._built(image) and not (
            image.image_id in self.declared.images
            or image.image_id in self.declared.leaving
            or image.state == "pending"  # the update that makes it may still run
        )

    def release(self, image: Image) -> str | None:
        """The release of an image. None if the image is not this stack's."""
        if not self.own(image):
            return None
        return self.declared.releases.get(image.image_id, release_of(self.service, image.name))

    def name_for(self, snapshot_id: str) -> str | None:
        """The Name that the stack declares for a snapshot."""
        return self.declared.names.get(snapshot_id, self.declared.owned.get(snapshot_id))

    @cached_property
    def orphans(self) -> list[tuple[Snapshot, str, str | None]]:
        """Snapshots whose image is gone, each with the name or id of the image, and with its id if that is known."""
        taken = {image.name for image in self.holdings.images.values()}
        return [
            (snapshot, *of)
            for snapshot in self.holdings.snapshots.values()
            if snapshot.snapshot_id not in self.images_of
            if (of := self._gone_image(snapshot, taken)) is not None
        ]

    def _gone_image(self, snapshot: Snapshot, taken: set[str]) -> tuple[str, str | None] | None:
        by_name = self._image_of(snapshot.name or self.name_for(snapshot.snapshot_id) or "")
        image_id = snapshot.image_id
        if image_id is None and (by_name is None or by_name in taken):
            return None  # a backup, for example: nothing says that an image had this snapshot
        in_state = self.declared.images.get(image_id or "")
        ours = (
            self.account
            or in_state is not None
            or self.name_for(snapshot.snapshot_id) is not None
            or release_of(self.service, by_name or "") is not None
        )
        return (in_state or by_name or str(image_id), image_id) if ours else None

    def _image_of(self, name: str) -> str | None:
        """The name of the image for which this snapshot name was given."""
        matches = (expression.fullmatch(name) for expression in self._expressions)
        return next((match["image"] for match in matches if match), None)

    @cached_property
    def _expressions(self) -> list[re.Pattern[str]]:
        return [re.compile(text) for pattern in self.patterns if (text := _expression(pattern))]


_COMPUTED = ("images", "behind", "users", "images_of", "orphans", "newer", "newest", "doubled")
"""What depends on the images, the snapshots, the state and the uses alone."""


def _by_id(uses: Iterable[Use]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(use.image_id, []).append(use)
    return found


def _expression(pattern: str) -> str:
    r"""A regular expression for the names that a pattern gives. Empty for a pattern without `{image}`.

    >>> _expression("{image}({index:03d})")
    '(?P<image>.+)\\((?:\\d+)\\)'
    """
    parts, seen = [], False
    for text, name, _, _ in Formatter().parse(pattern):
        parts.append(re.escape(text))
        if name == "image":
            parts.append("(?P=image)" if seen else "(?P<image>.+)")
            seen = True
        elif name is not None:
            parts.append(r"(?:\d+)" if name == "index" else "(?:.+)")
    return "".join(parts) if seen else ""


def size_of(snapshots: Mapping[str, Snapshot], snapshot_ids: Iterable[str]) -> int:
    """GiB of the volumes of these snapshots, each counted once. Snapshots of other accounts are not counted."""
    return sum(snapshots[one].size for one in set(snapshot_ids) if one in snapshots)
