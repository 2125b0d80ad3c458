"""What proves that an image is the stack's own create, and that a snapshot may be deleted after its image.

Tags, names and descriptions alone can be written by others. EC2 itself fixes the source instance of an image. It also
fixes the Description of a snapshot that CreateImage makes, and its volume. A Description can be given to any other
snapshot, but nobody can write the id of an image that does not exist yet. So a snapshot that an image was registered
with never names this image.
"""

import re
from collections.abc import Iterable

from snapnames.printable import beside_commands

from .images import STACK_TAG, Image, Snapshot
from .naming import fits_pattern

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_KEEP = re.compile(
    r"\b(keep|keeps|keeping|retain|retains|retained|retention|hold|holds|protect|protects|protected|protection"
    r"|donotdelete|dontdelete|nodelete"
    r"|(do not|don t|dont|not|no|never) (delete|remove|clean|cleanup|deregister|terminate|purge|prune|expire|nuke))\b"
)
_DELETE = re.compile(
    r"\b(delete|deleteafter|deleteon|deletable|deletion|remove|removable|clean|cleanup|deregister|purge|prune|nuke"
    r"|expire|expires|expiry|expiration)\b"
)

_NO = ("false", "no", "0", "off", "disabled")
"""The values with which a tag takes back what its key says."""

_NEVER = (*_NO, "never")


def uncreated(image: Image, snapshots: Iterable[Snapshot]) -> str:
    """Why the image can't be what CreateImage made, with snapshots of its own; empty if it can.

    `snapshots`: those that EC2 says it has made for the image. An image without a snapshot is never proven.

    >>> from datetime import UTC, datetime
    >>> made = datetime(2018, 3, 7, tzinfo=UTC)
    >>> own = Image("ami-1", "web-1", made, snapshots={"/dev/sda1": "snap-1"}, source_instance_id="i-1")
    >>> uncreated(own, [Snapshot("snap-1", made_for="ami-1")])
    ''
    >>> uncreated(own, [])
    'snap-1 behind it was not made for it'
    """
    if image.copied:
        return "it is a copy of another image"
    if not image.source_instance_id:
        return "CreateImage did not make it: it has no source instance"
    if not image.snapshots:
        return "it has no snapshot"
    made = {snapshot.snapshot_id for snapshot in snapshots if snapshot.made_for == image.image_id}
    others = sorted(set(image.snapshots.values()) - made)
    return f"{', '.join(others)} behind it {'were' if len(others) > 1 else 'was'} not made for it" if others else ""


def unproven(image: Image, snapshots: Iterable[Snapshot], stack: str, recorded_instance: str | None) -> str:
    """Why the image is not proven to be a create of the stack; empty if it is.

    `snapshots`: those that EC2 says it has made for the image. `recorded_instance`: the source instance that the state
    has recorded before the create. It is None if the state has no record.

    >>> from datetime import UTC, datetime
    >>> tags = {"snapnames:stack": "me", "snapnames:service": "web"}
    >>> made = datetime(2018, 3, 7, tzinfo=UTC)
    >>> own = Image("ami-1", "web-1", made, snapshots={"/dev/sda1": "snap-1"}, tags=tags, source_instance_id="i-1")
    >>> behind = [Snapshot("snap-1", made_for="ami-1")]
    >>> unproven(own, behind, "me", "i-1")
    ''
    >>> unproven(own, behind, "me", None)
    'the state has no record of its create'
    >>> unproven(own, behind, "me", "i-2")
    'it was made of i-1, and this stack began it of i-2'
    """
    if image.builder != stack:
        return "it does not bear the mark of this stack"
    created = uncreated(image, snapshots)
    if created:
        return created
    if recorded_instance is None:
        return "the state has no record of its create"
    if image.source_instance_id != recorded_instance:
        return f"it was made of {image.source_instance_id}, and this stack began it of {recorded_instance}"
    return ""


def uncopied(image: Image, snapshots: Iterable[Snapshot], stack: str, source: tuple[str, str]) -> str:
    """Why the image can't be the copy of a source that the stack began; empty if it can.

    `source`: the image that was copied, and its region, as the state has recorded them before the create. EC2 itself
    says which source a copy has. It has no tags before the provider has waited for it, so tags prove nothing here.
    `snapshots`: those of the account that the image maps. A copy that is pending or has failed may map none.

    >>> from datetime import UTC, datetime
    >>> made = datetime(2018, 3, 7, tzinfo=UTC)
    >>> own = Image("ami-2", "web-1", made, snapshots={"/dev/sda1": "snap-2"}, copied=True,
    ...     source_image_id="ami-1", source_region="eu-west-1")
    >>> uncopied(own, [Snapshot("snap-2", copied_for="ami-2")], "me", ("ami-1", "eu-west-1"))
    ''
    >>> uncopied(own, [Snapshot("snap-2", copied_for="ami-2")], "me", ("ami-9", "eu-west-1"))
    'it is a copy of ami-1 in eu-west-1, and this stack began one of ami-9 in eu-west-1'
    >>> uncopied(own, [Snapshot("snap-2")], "me", ("ami-1", "eu-west-1"))
    'snap-2 behind it was not copied for it'
    """
    if not image.copied:
        return "it is no copy"
    if (image.source_image_id, image.source_region) != source:
        began = f"this stack began one of {source[0]} in {source[1]}"
        return f"it is a copy of {image.source_image_id} in {image.source_region}, and {began}"
    if image.tags.get(STACK_TAG, stack) != stack:
        return f"it bears the mark of the stack {beside_commands(image.tags[STACK_TAG])}"
    if image.unfinished:
        return ""
    if not image.snapshots:
        return "it has no snapshot"
    made = {snapshot.snapshot_id for snapshot in snapshots if snapshot.copied_for == image.image_id}
    others = sorted(set(image.snapshots.values()) - made)
    return f"{', '.join(others)} behind it {'were' if len(others) > 1 else 'was'} not copied for it" if others else ""


def kept_by(snapshot: Snapshot, image_name: str, declared: str | None, pattern: str) -> str:
    """Why a snapshot that an image has left may not be deleted; empty if it may.

    `image_name`: what the state called the image. `declared`: the Name that the state declared for the snapshot.
    `pattern`: the stack's pattern of names.

    >>> named = Snapshot("snap-1", {"Name": "web-1(001)"})
    >>> kept_by(named, "web-1", None, "{image}({index:03d})")
    ''
    >>> kept_by(named, "web-2", None, "{image}({index:03d})")
    "it is called 'web-1(001)', and this stack did not name it so"
    >>> kept_by(Snapshot("snap-1", {"LegalHold": "2018"}), "web-1", None, "{image}({index:03d})")
    "its tag LegalHold='2018' says to keep it"
    """
    for key, value in snapshot.tags.items():
        if key != "Name" and not key.startswith(("aws:", "snapnames:")) and tag_says_keep(key, value):
            return f"its tag {beside_commands(key)}={beside_commands(value)!r} says to keep it"
    name = snapshot.name
    if name is not None and name != declared and not fits_pattern(name, image_name, pattern):
        return f"it is called {beside_commands(name)!r}, and this stack did not name it so"
    return ""


def tag_says_keep(key: str, value: str) -> bool:
    """Whether a tag says to keep what bears it.

    >>> tag_says_keep("Do-Not-Delete", "true"), tag_says_keep("Do-Not-Delete", "False"), tag_says_keep("team", "web")
    (True, False, False)
    >>> tag_says_keep("auto-delete", "False"), tag_says_keep("auto-delete", "true"), tag_says_keep("expires", "never")
    (True, False, True)
    """
    said = value.strip().lower()
    return said not in _NO if says_keep(key, value) else says_delete(key) and said in _NEVER


def says_keep(*texts: str) -> bool:
    """Whether a text has a word that says to keep something, however the words are put together.

    >>> [says_keep(text) for text in ("do-not-delete", "DoNotDelete", "keep_until_2030", "housekeeping", "threshold")]
    [True, True, True, False, False]
    >>> [says_keep(text) for text in ("do_not_clean", "NoCleanup", "never-expires", "cleanup")]
    [True, True, False, False]
    """
    return any(_KEEP.search(_spaced(text)) for text in texts)


def says_delete(text: str) -> bool:
    """Whether a text has a word for a delete: the key of a tag whose value then says whether, or when.

    >>> [says_delete(text) for text in ("auto-delete", "DeleteOn", "ExpiryDate", "Cleanup", "deleted-by", "Name")]
    [True, True, True, True, False, False]
    """
    return bool(_DELETE.search(_spaced(text)))


def _spaced(text: str) -> str:
    return " ".join(_WORDS.findall(text)).lower()
