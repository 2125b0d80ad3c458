"""What a recovery says of what it found and does not take in, with the one command that decides. Plain functions."""

from collections.abc import Mapping, Sequence

from snapnames.cli.state.copies import StateCopy
from snapnames.printable import beside_commands, shell_command
from snapnames.rules.groups import Group
from snapnames.rules.images import Image
from snapnames.rules.resource_types import CONFIGURATION, GROUP, SSM_PARAMETER, TEMPLATE

_KINDS = {
    CONFIGURATION: "launch configuration",
    TEMPLATE: "launch template",
    GROUP: "Auto Scaling group",
    SSM_PARAMETER: "parameter",
}


def image_facts(image: Image, names: Mapping[str, str]) -> str:
    """What EC2 says of an image. `names`: snapshot id to Name, of the snapshots that have one.

    >>> from datetime import UTC, datetime
    >>> made = datetime(2018, 3, 7, 23, 12, tzinfo=UTC)
    >>> image_facts(Image("ami-1", "web-1", made, snapshots={"/dev/sda1": "snap-1"}), {"snap-1": "payroll"})
    "image 'web-1' (ami-1), made 2018-03-07 23:12 UTC of no instance, with /dev/sda1 snap-1 'payroll'"
    """
    source = image.source_instance_id or "no instance"
    return (
        f"image {image.name!r} ({image.image_id}), made {image.created:%Y-%m-%d %H:%M} UTC of {source}, with "
        f"{_behind(image, names)}"
    )


def _behind(image: Image, names: Mapping[str, str]) -> str:
    behind = ", ".join(
        f"{device} {one} {beside_commands(names[one])!r}" if one in names else f"{device} {one} without a name"
        for device, one in image.snapshots.items()
    )
    return behind or "no snapshot"


def unproven_image(facts: str, image_id: str, why: str, refused: str) -> str:
    """An image that nothing proves to be the stack's. `refused`: why nobody can adopt it either, or nothing."""
    found = f"{facts}: the state of this stack does not have it, and nothing proves that this stack made it: {why}. "
    if refused:
        return (
            f"{found}It can't be taken in, because a release is deleted together with its snapshots: deregister the "
            "image if nobody needs it, or release under another name"
        )
    return (
        f"{found}If it is this stack's, run {shell_command('snapnames', 'recover', '--adopt', image_id)}; otherwise "
        "deregister it, or release under another name"
    )


def group_facts(group: Group) -> str:
    """What AWS says of a group."""
    launches = ", ".join(one.configuration or f"{one.template} version {one.version}" for one in group.launches)
    return (
        f"Auto Scaling group {beside_commands(group.name)}, made {group.created:%Y-%m-%d %H:%M} UTC, with "
        f"{len(group.members)} instances, launching from {beside_commands(launches) or 'nothing'}"
    )


def unrecorded_group(facts: str, name: str, fields: Sequence[str]) -> str:
    """A group that bears the mark, while the state has none. `fields`: in what it differs from a recorded create."""
    differs = f"; it differs from what an update began to make in {', '.join(fields)}" if fields else ""
    return (
        f"{facts}: it bears the mark of this stack, and the state does not have it{differs}. This happens if AWS's "
        "answer to its create was lost, and others can make such a group too. Another update would make a second one. "
        f"If it is this stack's, run {shell_command('snapnames', 'recover', '--adopt', name)}; otherwise remove its "
        "tag snapnames:stack"
    )


def unrecorded_configuration(name: str, groups: Sequence[str]) -> str:
    """A launch configuration with a name like a generated one, which the state does not have."""
    found = (
        f"launch configuration {beside_commands(name)} has a name like those of this stack, and the state does not "
        "have it. "
    )
    if groups:
        return f"{found}{beside_commands(', '.join(groups))} launches from it, so it is somebody's: it stays as it is"
    delete = ("aws", "autoscaling", "delete-launch-configuration", "--launch-configuration-name", name)
    return (
        f"{found}This happens if AWS's answer to its create was lost. No group launches from it: unless somebody else "
        f"made it, delete it with {shell_command(*delete)}"
    )


def differing(kind: str, name: str, fields: Sequence[str]) -> str:
    """What AWS has under the name of a create that was cut off, and what is not that create."""
    then = (
        "an update can't make another one of this name: delete it, or give the parameter another name in the config"
        if kind == SSM_PARAMETER
        else "the next update makes another one"
    )
    return (
        f"{_KINDS[kind]} {beside_commands(name)} is not what an update began to make under this name: it differs in "
        f"{', '.join(fields)}. It is not taken in, and {then}"
    )


def other_copy(create: StateCopy, image: Image, why: str) -> str:
    """An image that bears the name of a copy that was begun, and is not that copy."""
    return (
        f"image {image.name!r} ({image.image_id}) in {create.region} is not the copy that an update began to make "
        f"there under this name: {why}. It is not taken in"
    )


def several_copies(create: StateCopy, images: Sequence[Image]) -> str:
    """Copies of the same source under the same name, of which an update began one."""
    adopt = shell_command("snapnames", "recover", "--adopt", images[0].image_id)
    listed = ", ".join(f"{one.image_id} of {one.created:%Y-%m-%d %H:%M} UTC" for one in images)
    return (
        f"{create.region} has {len(images)} copies of {create.source[0]} with the name {create.name!r}: {listed}. An "
        f"update of this stack began one of them, and nothing tells which: run {adopt}, or the same with the id of "
        "another one, and deregister the others"
    )


def copy_facts(image: Image, region: str, names: Mapping[str, str]) -> str:
    """What EC2 says of a copy in a region. `names`: snapshot id to Name, of the snapshots that have one.

    >>> from datetime import UTC, datetime
    >>> made = datetime(2018, 3, 7, 23, 12, tzinfo=UTC)
    >>> copy = Image("ami-2", "web-1", made, source_image_id="ami-1", source_region="eu-west-1", copied=True)
    >>> copy_facts(copy, "us-west-2", {})
    "image 'web-1' (ami-2) in us-west-2, copied 2018-03-07 23:12 UTC of ami-1 in eu-west-1, with no snapshot"
    """
    return (
        f"image {image.name!r} ({image.image_id}) in {region}, copied {image.created:%Y-%m-%d %H:%M} UTC of "
        f"{image.source_image_id} in {image.source_region}, with {_behind(image, names)}"
    )


def unproven_copy(facts: str, image_id: str) -> str:
    """A copy of a release that the state does not have, and that others could have made."""
    return (
        f"{facts}: the state of this stack does not have it, and nothing proves that this stack made it: whoever may "
        f"copy the image can make such a copy. If it is this stack's, run "
        f"{shell_command('snapnames', 'recover', '--adopt', image_id)}; otherwise deregister it, or take the region "
        "out of the list"
    )


def untaken_copy(facts: str, why: str) -> str:
    """A copy that can't be the stack's, or that another one is taken in for. `why`: empty for the second."""
    return f"{facts}: it is not taken in: {why or 'another copy of the release is'}"


def unread_lost(region: str, names: Sequence[str], error: Exception) -> str:
    """A region that can't be read, of which the state has no copies of these images."""
    return (
        f"region {region} can't be read, so whether it has copies of {', '.join(names)} that the state has lost is not "
        f"known: {error}"
    )


def unread_region(region: str, copies: Sequence[StateCopy], error: str) -> str:
    """A region of which nothing is known now, and the copies that an update was making or deleting there."""
    names = ", ".join(dict.fromkeys(one.name for one in copies))
    return (
        f"region {region} can't be read, so what has become of the copies there of {names} is not known, and the state "
        f"keeps that they were begun: {error}; run the same command again when the region answers"
    )
