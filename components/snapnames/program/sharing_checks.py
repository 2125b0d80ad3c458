"""What would keep EC2 from sharing the images: whose keys encrypt them, and who owns them."""

from dataclasses import dataclass, field
from typing import Any

import pulumi

from snapnames.aws.encryption import default_key, key_policy, keys_of_snapshots, keys_of_volumes, managers
from snapnames.aws.images import images_by
from snapnames.aws.session import REFUSALS, StackSession, program_session, reading
from snapnames.config.settings import Settings
from snapnames.errors import InputError
from snapnames.rules.sharing import check_not_own, left_out


@dataclass(frozen=True)
class _Encrypted:
    """What is encrypted in one region."""

    session: StackSession
    keys: dict[str, str] = field(default_factory=dict)
    """Key to one thing that it encrypts, in words."""

    def check(self, settings: Settings) -> None:
        """Raise `InputError` if AWS manages one of the keys. Says of the others whom their policies leave out."""
        kms = self.session.kms() if self.keys else None
        for key, manager in managers(kms, self.keys).items():
            self._check_key(kms, key, manager, settings)

    def _check_key(self, kms: Any, key: str, manager: str, settings: Settings) -> None:  # noqa: ANN401 -- of boto3
        what, setting = self.keys[key], f"{settings.namespace}shareWith"
        if manager == "AWS":
            raise InputError(
                f"{what} is encrypted with {key}, a key that AWS manages; EC2 shares no image that such a key "
                f"encrypts: encrypt with a key of your own, or take {setting} out"
            )
        if manager != "CUSTOMER":
            pulumi.log.warn(
                f"who manages the key {key} can't be read ({manager}), and {what} is encrypted with it. If AWS manages "
                "it, EC2 refuses to share the image: allow kms:DescribeKey to see it before the update"
            )
            return
        missing = ", ".join(map(str, left_out(key_policy(kms, key), settings.share_with)))
        if missing:
            pulumi.log.warn(
                f"the policy of the key {key} does not name {missing}; who may launch an image needs its key too, by "
                "that policy or by a grant: docs/copies.md has the statement to add"
            )


def check_all(settings: Settings, source_id: str) -> None:
    """Raise `InputError` if EC2 would refuse to share. `source_id`: of the newest release; empty if it is built."""
    session = program_session()
    try:
        account = session.account
    except REFUSALS:
        account = ""
    check_not_own(settings.share_with, account, f"{settings.namespace}shareWith")
    with reading(f"the keys that encrypt the images of {settings.namespace}shareWith"):
        home = _at_home(settings, source_id, session)
        home.check(settings)
    for region in settings.copies:
        try:
            _of_copies(settings, region, session.elsewhere(region), encrypted=bool(home.keys)).check(settings)
        except REFUSALS as error:
            pulumi.log.warn(
                f"whether the copies in {region} can be shared can't be read: {error}. If AWS manages their key, EC2 "
                "refuses it in the update"
            )


def _at_home(settings: Settings, source_id: str, session: StackSession) -> _Encrypted:
    ec2 = session.ec2()
    names = [settings.image_name(release) for release in settings.releases if release not in settings.taken_in]
    images = [*images_by(ec2, "name", names), *images_by(ec2, "image-id", settings.taken_in.values())]
    behind = {one: image for image in images if not image.copied for one in image.snapshots.values()}
    found = _Encrypted(session)
    for snapshot_id, key in keys_of_snapshots(ec2, behind).items():
        image = behind[snapshot_id]
        found.keys[key] = f"snapshot {snapshot_id} of image {image.name!r} ({image.image_id})"
    for volume_id, key in (keys_of_volumes(ec2, source_id) if source_id else {}).items():
        made = f"which the image of release {settings.releases[0]!r} is made of,"
        found.keys[key] = f"volume {volume_id} of {source_id}, {made}"
    return found


def _of_copies(settings: Settings, region: str, session: StackSession, *, encrypted: bool) -> _Encrypted:
    """The key of the copies in a region: the one of the config, or the one that EC2 takes by itself.

    `encrypted`: whether a release is encrypted at home.
    """
    key = settings.copies[region].kms_key_id or default_key(session.ec2(), wanted=encrypted)
    named = settings.copies[region].kms_key_id != ""
    why = "" if named else f", for which {settings.namespace}copies names no kmsKeyId,"
    return _Encrypted(session, {key: f"each copy in {region}{why}"} if key else {})
