"""What can't be a release is refused by name, beside what can, before anything is registered."""

from collections.abc import Callable

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.environment import REGION
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, writes
from tests.program import Program

from .account import Team, seed

Make = Callable[..., Program]


@pytest.fixture
def bad(aws: LocalAws, ec2: EC2Client, team: Team) -> dict[str, tuple[str, str]]:
    """Release to the id of an image that can't be it, and why."""
    source, good = team.source, next(iter(team.images.values()))

    def made(name: str) -> str:
        return ec2.create_image(InstanceId=source, Name=name, NoReboot=True)["ImageId"]

    aws.fail_next_image("Client.InternalError: no room")
    failed = made("web-failed")
    disabled, gone = made("web-disabled"), made("web-gone")
    ec2.disable_image(ImageId=disabled)
    ec2.deregister_image(ImageId=gone)
    copy = ec2.copy_image(Name="web-copy", SourceImageId=good, SourceRegion=REGION)["ImageId"]
    theirs = seed(ec2, 1, "db").images["20180101120000"]
    marked = made("web-marked")
    ec2.create_tags(Resources=[marked], Tags=[{"Key": "snapnames:taken-in", "Value": "organization/shop/prod"}])
    public = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    aws.settings(pending_seconds=3600)
    pending = made("web-pending")
    nothing = "there is no such image in 123456789012 ap-northeast-2, or it was deregistered"
    return {
        "failed": (failed, "it is 'failed' (Client.InternalError: no room): nothing can launch from it"),
        "disabled": (disabled, "it is 'disabled': enable it, by `aws ec2 enable-image`"),
        "gone": (gone, nothing),
        "copy": (copy, "it is a copy of another image"),
        "db": (theirs, "it is called 'db-20180101120000', and the image of that release is called 'web-db'"),
        "marked": (
            marked,
            "the stack organization/shop/prod has taken it in: drop it there, or remove its tag snapnames:taken-in",
        ),
        "public": (public, "another account owns it"),
        "pending": (pending, "it is 'pending': wait until EC2 has made it"),
        "never": ("ami-0123456789abcdef0", nothing),
    }


def test_every_image_that_can_t_be_a_release_is_named_with_the_reason(
    aws: LocalAws, ec2: EC2Client, team: Team, program: Make, bad: dict[str, tuple[str, str]]
) -> None:
    """In the preview and in an update; the good one beside them is not touched."""
    (good, image_id), *_ = team.images.items()
    taken = {good: image_id, **{release: one for release, (one, _) in bad.items()}}
    stack = program({"service": "web", "source": team.source, "releases": [*taken], "takenIn": taken})
    before, mark = images(ec2), aws.mark()

    said = [stack.preview(code=None), stack.up("--skip-preview", code=None)]

    told = [
        f"snapnames:takenIn gives release {release!r} the image {one}, which can't be it: {why}"
        for release, (one, why) in bad.items()
    ]
    assert [[line for line in told if line not in done.out] for done in said] == [[], []]
    assert [(done.code, image_id in done.out) for done in said] == [(1, False)] * 2
    assert writes(aws, mark) == []
    assert images(ec2) == before
