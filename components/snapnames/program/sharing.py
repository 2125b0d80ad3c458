"""Whom the program shares its images with, and what would keep EC2 from it."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pulumi

from snapnames.config.settings import Settings
from snapnames.errors import InputError
from snapnames.resources.launch_permissions import declare_permissions
from snapnames.rules.sharing import Recipient, check_not_own, left_out

if TYPE_CHECKING:
    from snapnames.aws.session import StackSession
    from snapnames.release_image import ReleaseImage

    from .taken_in import TakenInImage

SHARED_OUTPUT = "sharedWith"
"""The stack output with the ids of those that each release is shared with, by release."""


def shared_output(settings: Settings) -> str:
    """What the output is called for the service of these settings."""
    return f"{settings.service}:{SHARED_OUTPUT}" if settings.own_config else SHARED_OUTPUT


def share(settings: Settings, images: "Mapping[str, ReleaseImage | TakenInImage]") -> None:
    """Declare the launch permissions of all releases, and export whom they are shared with."""
    if not settings.share_with:
        return
    for image in images.values():
        declare_permissions(image, image.image_id, settings.share_with, getattr(image, "ami", None))
    ids = sorted(one.value for one in settings.share_with)
    pulumi.export(shared_output(settings), dict.fromkeys(images, ids))


def check_sharing(settings: Settings, before: Mapping[str, Any], source_id: str) -> None:
    """Raise `InputError` if EC2 would refuse to share a release, before anything is registered.

    `before`: the outputs that the last update has left. What it has shared is not read again. `source_id`: the instance
    that the newest release is made of; empty if it is built.
    """
    recorded = before.get(shared_output(settings)) or {}
    new = [release for release in settings.releases if _unshared(settings, recorded.get(release, ()))]
    if not new:
        return
    # Only a release or an account that is new needs boto3 here.
    from snapnames.aws.session import REFUSALS, program_session, reading  # noqa: PLC0415

    session = program_session()
    try:
        account = session.account
    except REFUSALS:
        account = ""
    check_not_own(settings.share_with, account, f"{settings.namespace}shareWith")
    with reading("the keys that encrypt the images of snapnames:shareWith"):
        found = _encrypted(settings, new, source_id, session)
    _check_keys(settings, found, session)


def _unshared(settings: Settings, recorded: Iterable[str]) -> bool:
    return bool({one.value for one in settings.share_with} - set(recorded))


def _encrypted(
    settings: Settings, releases: Iterable[str], source_id: str, session: "StackSession"
) -> dict[str, dict[str, str]]:
    """Key to what it encrypts, as id and words, of the releases."""
    from snapnames.aws.encryption import keys_of_snapshots, keys_of_volumes  # noqa: PLC0415
    from snapnames.aws.images import images_by  # noqa: PLC0415

    ec2 = session.ec2()
    taken = [settings.taken_in[release] for release in releases if release in settings.taken_in]
    names = [settings.image_name(release) for release in releases if release not in settings.taken_in]
    images = [*images_by(ec2, "name", names), *images_by(ec2, "image-id", taken)]
    behind = {one: image for image in images if not image.copied for one in image.snapshots.values()}
    found: dict[str, dict[str, str]] = {}
    for snapshot_id, key in keys_of_snapshots(ec2, behind).items():
        image = behind[snapshot_id]
        found.setdefault(key, {})[snapshot_id] = f"snapshot {snapshot_id} of image {image.name!r} ({image.image_id})"
    if source_id:
        for volume_id, key in keys_of_volumes(ec2, source_id).items():
            what = f"volume {volume_id} of {source_id}, which the image of release {settings.releases[0]!r} is made of,"
            found.setdefault(key, {})[volume_id] = what
    return found


def _check_keys(settings: Settings, encrypted: Mapping[str, Mapping[str, str]], session: "StackSession") -> None:
    from snapnames.aws.encryption import key_policy, managers  # noqa: PLC0415

    kms = session.kms() if encrypted else None
    setting = f"{settings.namespace}shareWith"
    for key, manager in managers(kms, encrypted).items():
        what = next(iter(encrypted[key].values()))
        if manager == "AWS":
            raise InputError(
                f"{what} is encrypted with {key}, a key that AWS manages; EC2 shares no image that such a key "
                f"encrypts: encrypt the volumes with a key of your own, or take {setting} out"
            )
        if manager != "CUSTOMER":
            pulumi.log.warn(
                f"who manages the key {key} can't be read ({manager}); {what} is encrypted with it. If AWS manages it, "
                f"EC2 refuses to share the image: give the role kms:DescribeKey, or see to the key before the update"
            )
        _say_left_out(key, left_out(key_policy(kms, key), settings.share_with))


def _say_left_out(key: str, missing: Iterable[Recipient]) -> None:
    if names := ", ".join(map(str, missing)):
        pulumi.log.warn(
            f"the policy of the key {key} does not name {names}; who may launch an image needs its key too, by that "
            "policy or by a grant: docs/copies.md has the statement to add"
        )
