"""Copies of a release's image in other regions: what a region and its key look like, and what a copy is called."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from snapnames.errors import InputError
from snapnames.rules.images import Image
from snapnames.rules.partitions import check_arn

COPIES_OUTPUT = "copies"
"""The stack output that has the id of each copy, by release and region."""

COPIED_AT_ONCE = 20
"""Snapshots that EC2 copies to a region at a time: docs.aws.amazon.com/general/latest/gr/ebs-service.html."""

REGION = re.compile(r"([a-z]{2}|eusc)(-[a-z]+){1,2}-[0-9]{1,2}")
"""docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html: an area, a direction and a number."""

_KEY = re.compile(r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]+")
"""docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html: a key, or its alias."""


@dataclass(frozen=True)
class CopySettings:
    """What the config asks of the copies in one region."""

    kms_key_id: str = ""
    """The ARN of the key that encrypts them. Empty: a snapshot is encrypted if that of the release is."""


@dataclass(frozen=True)
class RegionImages:
    """The account's images in a region, as far as they bear the names of releases."""

    images: tuple[Image, ...] = ()
    fault: str = ""
    """Why the region can't be read; empty if it was read."""

    def has(self, image_id: str) -> bool:
        """Whether the image is there."""
        return any(image.image_id == image_id for image in self.images)

    def named(self, name: str) -> Image | None:
        """One that bears the name."""
        return next((image for image in self.images if image.name == name), None)


def check_region(region: str, setting: str) -> None:
    """Raise `InputError` unless the text looks like the name of a region. `setting`: the setting to change.

    Which regions there are, and which are enabled, only AWS knows.

    >>> check_region("us-gov-west-1", "region"), check_region("eusc-de-east-1", "region")
    (None, None)
    """
    if not REGION.fullmatch(region):
        raise InputError(
            f"{setting} has {region!r}, which does not look like a region; a region is called as us-west-2 is: write "
            "it so"
        )


def check_key(key: str, region: str, setting: str) -> None:
    """Raise `InputError` unless the text is the ARN of a KMS key, or of its alias, in the region.

    EC2 takes no key of another region: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html.

    >>> check_key("arn:aws:kms:us-west-2:111122223333:alias/images", "us-west-2", "kms_key_id")
    """
    found = _KEY.fullmatch(key)
    if found is None:
        raise InputError(
            f"{setting} is {key!r}; it is the ARN of a KMS key or of its alias, as "
            f"arn:aws:kms:{region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab: write it so"
        )
    if found["region"] != region:
        raise InputError(
            f"{setting} is a key of {found['region']} ({key!r}); EC2 encrypts a copy with a key of the copy's own "
            f"region: give a key of {region}"
        )
    check_arn(key, region, setting)


def not_in_service_yet(releases: Sequence[str], live: str, ran: Collection[str]) -> set[str]:
    """The releases that are newer than the live one and never ran: a rollout of such a one may just have failed.

    `releases`: the newest first. `ran`: what the fleet has launched so far; empty if that is not known.

    >>> not_in_service_yet(["3", "2", "1"], "1", ["1", "2"])
    {'3'}
    >>> not_in_service_yet(["3", "2"], "3", ["2"]), not_in_service_yet(["3", "2"], "2", [])
    (set(), set())
    """
    return set(releases[: releases.index(live)]) - set(ran) if ran and live in releases else set()


def copy_name(image_name: str, region: str) -> str:
    """What a program calls the copy of an image in a region. No name of an image has a colon.

    >>> copy_name("front-web-1", "us-west-2")
    'front-web-1:us-west-2'
    """
    return f"{image_name}:{region}"


def copied_to(name: str) -> tuple[str, str]:
    """The image name and the region of what `copy_name` has made; two empty texts for another name.

    >>> copied_to("front-web-1:us-west-2"), copied_to("front-web-1-west")
    (('front-web-1', 'us-west-2'), ('', ''))
    """
    image_name, _, region = name.rpartition(":")
    return (image_name, region) if image_name else ("", "")


def copies_output(service: str = "") -> str:
    """The stack output with the copies of a service; the one of snapnames' own program is called with an empty text.

    >>> copies_output(), copies_output("front")
    ('copies', 'front:copies')
    """
    return f"{service}:{COPIES_OUTPUT}" if service else COPIES_OUTPUT
