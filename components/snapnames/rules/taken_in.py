"""Images that others built, and that a stack takes in as releases: which may be taken in, and which may be dropped.

Plain functions. Others can write a tag, so no tag proves anything here. What proves is what EC2 fixes: the id of an
image, its name, its snapshots, and for each of these the volume and the Description that CreateImage gives.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from snapnames.printable import beside_commands

from .images import TAKEN_IN_TAG, Image, Snapshot
from .naming import fits_pattern
from .releases import release_of

_NOT_YET = {"pending": "wait until EC2 has made it", "disabled": "enable it, by `aws ec2 enable-image`"}


@dataclass(frozen=True)
class TakenIn:
    """An image as the state of a stack has it: taken in, by its id and its name."""

    image_id: str
    name: str
    snapshots: Mapping[str, str] = field(default_factory=dict)
    """Device name to snapshot id, when it was taken in."""


def untakeable(image: Image, wanted_name: str, stack: str, *, known: bool = False) -> str:
    """Why the image can't be a release of the stack; empty if it can.

    `wanted_name`: what the image of the release is called. `known`: the stack took it in before, and it is not live.
    Then it may be disabled since, and stays a release.

    >>> from datetime import UTC, datetime
    >>> made = datetime(2018, 3, 7, tzinfo=UTC)
    >>> image = Image("ami-1", "web-1", made, snapshots={"/dev/sda1": "snap-1"})
    >>> untakeable(image, "web-1", "me"), untakeable(image, "web-2", "me")
    ('', "it is called 'web-1', and the image of that release is called 'web-2'")
    """
    if image.name != wanted_name:
        return f"it is called {image.name!r}, and the image of that release is called {wanted_name!r}"
    if image.copied:
        return "it is a copy of another image"
    if image.builder is not None:
        return f"the stack {beside_commands(image.builder)} built it, so it is a release of that stack"
    if image.tags.get(TAKEN_IN_TAG, stack) != stack:
        stack = beside_commands(image.tags[TAKEN_IN_TAG])
        return f"the stack {stack} has taken it in: drop it there, or remove its tag {TAKEN_IN_TAG}"
    if image.state != "available" and not (known and image.state == "disabled"):
        why = f" ({beside_commands(image.reason)})" if image.reason else ""
        return f"it is {image.state!r}{why}: {_NOT_YET.get(image.state, 'nothing can launch from it')}"
    return "" if image.snapshots else "it has no EBS snapshot"


def not_as_taken(recorded: TakenIn, image: Image, behind: Iterable[Snapshot]) -> list[str]:
    """Why an image is not proven to be the one that was taken in, with snapshots of its own; empty if it is.

    `behind`: the snapshots of its mappings that the account has.

    >>> from datetime import UTC, datetime
    >>> image = Image("ami-1", "web-1", datetime(2018, 3, 7, tzinfo=UTC), snapshots={"/dev/sda1": "snap-1"})
    >>> taken = TakenIn("ami-1", "web-1", {"/dev/sda1": "snap-1"})
    >>> not_as_taken(taken, image, [Snapshot("snap-1", made_for="ami-1")])
    []
    >>> not_as_taken(taken, image, [Snapshot("snap-1", made_for="ami-2")])
    ['snapshot snap-1 behind it was not made for it']
    """
    if (image.image_id, image.name) != (recorded.image_id, recorded.name):
        return [
            f"EC2 has {image.name!r} under {image.image_id}, and {recorded.name!r} ({recorded.image_id}) was taken in"
        ]
    if dict(image.snapshots) != dict(recorded.snapshots):
        return ["its snapshots are others than when it was taken in"]
    own = {snapshot.snapshot_id for snapshot in behind if snapshot.made_for == image.image_id}
    others = sorted(set(image.snapshots.values()) - own)
    return [f"snapshot {snapshot_id} behind it was not made for it" for snapshot_id in others]


def persons_names(image: Image, behind: Iterable[Snapshot], pattern: str) -> list[str]:
    """The names that the stack's pattern does not give: a line for each, with the snapshots that bear it.

    >>> from datetime import UTC, datetime
    >>> image = Image("ami-1", "web-1", datetime(2018, 3, 7, tzinfo=UTC))
    >>> behind = [Snapshot("snap-1", {"Name": "web-1(001)"}), Snapshot("snap-2", {"Name": "audit"})]
    >>> persons_names(image, behind, "{image}({index:03d})")
    ["a person has called snap-2 'audit': take the name away to let the image go"]
    """
    found: dict[str, list[str]] = {}
    for snapshot in behind:
        if snapshot.name is not None and not fits_pattern(snapshot.name, image.name, pattern):
            found.setdefault(snapshot.name, []).append(snapshot.snapshot_id)
    return [
        f"a person has called {', '.join(ids)} {name!r}: take the name away to let the image go"
        for name, ids in found.items()
    ]


_DATED = re.compile(r"(.+)-(\d{8,}[^-]*)")
_NUMBERED = re.compile(r"(.+?)-(\d[^-]*(?:-\d[^-]*)*)")


def split_name(name: str) -> tuple[str, str] | None:
    """Service and release of an image of a script, `<service>-<release>`; None where the name does not say.

    A release is a time without a `-` in it, or else the last parts of the name that begin with a digit.

    >>> split_name("front-web-20180307231207"), split_name("web-2-20180307"), split_name("web-2018-03-07")
    (('front-web', '20180307231207'), ('web-2', '20180307'), ('web', '2018-03-07'))
    >>> split_name("web-v2"), split_name("backup")
    (None, None)
    """
    found = _DATED.fullmatch(name) or _NUMBERED.fullmatch(name)
    return (found[1], found[2]) if found else None


def release_taken(service: str, name: str) -> str | None:
    """The release of the service whose image bears the name; None for an image of something else.

    >>> release_taken("web", "web-1"), release_taken("front", "front-web-20180307"), release_taken("web-2", "web-2-1")
    ('1', None, '1')
    """
    split = split_name(name)
    longer = split is not None and split[0].startswith(f"{service}-")  # `front-web` is no release of `front`
    return None if longer else release_of(service, name)


@dataclass(frozen=True)
class Choice:
    """The old images that become releases of a service."""

    service: str
    images: Mapping[str, Image]
    """Release to image, the newest first."""

    left: tuple[Image, ...] = ()
    """Images of the service that are older than those that are taken in."""


def services(images: Iterable[Image]) -> dict[str, int]:
    """Service to how many images have it in their name, those with the most first."""
    found: dict[str, int] = {}
    for image in images:
        if split := split_name(image.name):
            found[split[0]] = found.get(split[0], 0) + 1
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def chosen(images: Collection[Image], service: str, keep: int, stack: str, launched: str = "") -> Choice:
    """The newest `keep` images of the service that can be taken in, and the one that the group launches.

    `images`: of the account. `launched`: the id of the image that the group launches. It is among the chosen ones even
    if it is older than the others.

    >>> from datetime import UTC, datetime
    >>> day = [datetime(2018, 3, n, tzinfo=UTC) for n in (1, 2, 3)]
    >>> old = [Image(f"ami-{n}", f"web-{n}", day[n], snapshots={"/dev/sda1": f"snap-{n}"}) for n in (0, 1, 2)]
    >>> [*chosen(old, "web", 2, "me").images], [*chosen(old, "web", 2, "me", "ami-0").images]
    (['2', '1'], ['2', '0'])
    """
    found = [
        (release, image)
        for image in sorted(images, key=lambda one: (one.created, one.name), reverse=True)
        if (release := release_taken(service, image.name)) and not untakeable(image, image.name, stack)
    ]
    first = sorted(found, key=lambda one: one[1].image_id != launched)[:keep]
    kept = {image.image_id for _, image in first}
    taken = {release: image for release, image in found if image.image_id in kept}
    return Choice(service, taken, tuple(image for _, image in found if image.image_id not in kept))
