"""Whose release an image is, by what EC2 shows of it."""

from datetime import UTC, datetime

import pytest
from snapnames.rules.images import Image

STACK = "organization/web/production"
MARK = {"snapnames:stack": STACK}
NEW = {**MARK, "snapnames:service": "front-web"}
BUILT = datetime(2018, 3, 7, tzinfo=UTC)


def builder(name: str, tags: dict[str, str], *, copied: bool = False) -> str | None:
    """The stack whose release an image of this name with these tags is."""
    return Image("ami-1", name, BUILT, tags=tags, copied=copied).builder


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("front-web-20180307", {**NEW, "Name": "front-web-20180307"}),
        ("front-web-20180307", {**NEW, "Name": "renamed by a person"}),
        ("front-web", NEW),
        ("front-web-20180307", {**MARK, "Name": "front-web-20180307"}),
        ("front-web-20180307", MARK),
    ],
)
def test_an_image_that_the_stack_built_is_its_release(name: str, tags: dict[str, str]) -> None:
    """With the mark of today, and with that of earlier versions."""
    assert builder(name, tags) == STACK


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("AwsBackup_i-0123456789abcdef0", MARK),
        ("AwsBackup_i-0123456789abcdef0", {**MARK, "Name": "front-web"}),
        ("front-web-nightly", {**MARK, "Name": "front-web"}),
        ("policy-0abc_i-0123456789abcdef0_2018-03-07", {**MARK, "dlm:managed": "true"}),
        ("front-web-1", {**NEW, "aws:backup:source-resource": "i-0123456789abcdef0"}),
        ("database-1", NEW),
        ("front-webshop-1", NEW),
        ("front-web-1", {"Name": "front-web-1"}),
    ],
)
def test_a_backup_of_its_instance_and_an_image_of_another_service_are_nobodys_release(
    name: str, tags: dict[str, str]
) -> None:
    """Backup tools copy the tags of an instance, and instances of earlier versions bear the mark."""
    assert builder(name, tags) is None


def test_a_copy_is_nobodys_release_whatever_it_is_called() -> None:
    """CopyImage can copy the tags, and takes the name of its source."""
    assert builder("front-web-1", {**NEW, "Name": "front-web-1"}, copied=True) is None
