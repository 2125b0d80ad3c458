"""What proves that an image is the stack's own create, and that a snapshot may go with it.

Tags, names and descriptions alone can be written by others. EC2 itself fixes the source instance of an image, and a
Description that names the image together with the volume: nobody can write the id of an image that does not exist yet.
"""

import re
from collections.abc import Iterable

from .images import Image, Snapshot

_KEEP = re.compile(r"\b(keep|retain|retention|hold|protect|protected|do[ _-]?not[ _-]?delete)\b", re.IGNORECASE)


def unproven(image: Image, snapshots: Iterable[Snapshot], stack: str, recorded_instance: str | None) -> str:
    """Why the image is not proven to be a create of the stack; empty when it is.

    `snapshots`: those that EC2 says it has made for the image. `recorded_instance`: the source instance that the state
    has recorded before the create; None where it has no record.

    >>> from datetime import UTC, datetime
    >>> tags = {"snapnames:stack": "me", "snapnames:service": "web"}
    >>> made = datetime(2018, 3, 7, tzinfo=UTC)
    >>> own = Image("ami-1", "web-1", made, snapshots={"/dev/sda1": "snap-1"}, tags=tags, source_instance_id="i-1")
    >>> behind = [Snapshot("snap-1", made_for="ami-1")]
    >>> unproven(own, behind, "me", "i-1")
    ''
    >>> unproven(own, behind, "me", None)
    'the state has no record of its create'
    >>> unproven(own, [], "me", "i-1")
    'snap-1 behind it was not made for it'
    """
    if image.builder != stack:
        return "it does not bear the mark of this stack"
    if not image.source_instance_id:
        return "CreateImage did not make it: it has no source instance"
    if recorded_instance is None:
        return "the state has no record of its create"
    if image.source_instance_id != recorded_instance:
        return f"it was made of {image.source_instance_id}, and this stack began it of {recorded_instance}"
    if not image.snapshots:
        return "it has no snapshot"
    made = {snapshot.snapshot_id for snapshot in snapshots if snapshot.made_for == image.image_id}
    others = sorted(set(image.snapshots.values()) - made)
    return f"{', '.join(others)} behind it {'were' if len(others) > 1 else 'was'} not made for it" if others else ""


def kept_by(snapshot: Snapshot, image_name: str, declared: str | None) -> str:
    """Why a snapshot that an image has left may not be deleted; empty when it may.

    `image_name`: what the state called the image. `declared`: the Name that the stack declared for the snapshot.

    >>> kept_by(Snapshot("snap-1", {"Name": "web-1(001)"}), "web-1", None)
    ''
    >>> kept_by(Snapshot("snap-1", {"Name": "payroll-archive"}), "web-1", None)
    "it is called 'payroll-archive', and this stack did not name it so"
    >>> kept_by(Snapshot("snap-1", {"keep": "forever"}), "web-1", None)
    "its tag keep='forever' says to keep it"
    """
    for key, value in snapshot.tags.items():
        if key != "Name" and not key.startswith(("aws:", "snapnames:")) and _KEEP.search(f"{key} {value}"):
            return f"its tag {key}={value!r} says to keep it"
    name = snapshot.name
    if name is not None and name != declared and image_name not in name:
        return f"it is called {name!r}, and this stack did not name it so"
    return ""
