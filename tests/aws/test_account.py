"""What the command reads of a stack's images while they are made, and afterwards."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.cli.account import Account, aws_session
from snapnames.cli.errors import CommandError, Exit, UsageError
from snapnames.rules.images import Image, ImageWithSnapshots, Snapshot
from snapnames.testing.localaws.server import REGION, LocalAws

from tests.account import ACCESS_KEY, all_but, launch

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import TagTypeDef

STACK = "organization/snapnames/test"


@pytest.fixture
def source(ec2: EC2Client) -> str:
    """An instance with three volumes."""
    return launch(ec2)


@pytest.fixture
def account(session: StackSession) -> Account:
    """The command's view of the account."""
    return Account(session, STACK)


def make(ec2: EC2Client, source: str, name: str, stack: str = STACK) -> str:
    """Make an image as one of a stack's; its id."""
    tags = [{"ResourceType": "image", "Tags": [{"Key": "snapnames:stack", "Value": stack}]}]
    return ec2.create_image(InstanceId=source, Name=name, NoReboot=True, TagSpecifications=tags)["ImageId"]  # type: ignore[arg-type] # a literal


def name_all(ec2: EC2Client, image_id: str, names: Mapping[str, str]) -> None:
    """Name the snapshots of an image, by device."""
    for mapping in ec2.describe_images(ImageIds=[image_id])["Images"][0]["BlockDeviceMappings"]:
        if "Ebs" in mapping:
            tag: TagTypeDef = {"Key": "Name", "Value": names[mapping["DeviceName"]]}
            ec2.create_tags(Resources=[mapping["Ebs"]["SnapshotId"]], Tags=[tag])


class Stubbed(StackSession):
    """A way to AWS whose answers a test gives: what EC2 shows for a while, the local AWS does not."""

    def __init__(self, client: EC2Client) -> None:
        """Take a client that is stubbed."""
        self._client = client

    def ec2(self) -> EC2Client:
        """That client."""
        return self._client


def test_the_images_are_those_that_the_stack_built_and_the_account_still_has(
    account: Account, ec2: EC2Client, source: str
) -> None:
    """Not another stack's, and not one that EC2 goes on to list for a while."""
    made = make(ec2, source, "web-1")
    make(ec2, source, "web-2", stack="organization/snapnames/other")
    ec2.deregister_image(ImageId=make(ec2, source, "web-3"))

    assert {name: one.image.image_id for name, one in account.images().items()} == {"web-1": made}


def test_an_image_that_ec2_lists_though_it_is_gone_is_none_of_the_stack_s(ec2: EC2Client) -> None:
    """EC2 shows it as deregistered for a while; a reason is given of a failed one alone."""
    facts = {
        "CreationDate": "2018-03-07T23:12:07.000Z",
        "StateReason": {"Code": "x", "Message": "as asked for"},
        "Tags": [{"Key": "snapnames:stack", "Value": STACK}],
    }
    listed = [
        {"ImageId": f"ami-{number}", "Name": f"web-{number}", "State": state, **facts}
        for number, state in enumerate(["deregistered", "available", "failed"])
    ]

    with Stubber(ec2) as stub:
        stub.add_response("describe_images", {"Images": listed})
        stub.add_response("describe_snapshots", {"Snapshots": []})
        images = Account(Stubbed(ec2), STACK).images()

    assert {name: (one.image.state, one.image.reason) for name, one in images.items()} == {
        "web-1": ("available", ""),
        "web-2": ("failed", "as asked for"),
    }


def test_an_image_has_its_snapshots_by_name_with_device_size_and_progress(
    account: Account, ec2: EC2Client, source: str
) -> None:
    """By device while they have no names; and a size, which is that of all of them."""
    before = datetime.now(UTC).replace(microsecond=0)
    image_id = make(ec2, source, "web-1")
    unnamed = account.images()["web-1"]
    name_all(ec2, image_id, {"/dev/sda1": "c", "/dev/sdf": "a", "/dev/sdg": "b"})

    image = account.images()["web-1"]

    assert [unnamed.device(one) for one in unnamed.snapshots] == ["/dev/sda1", "/dev/sdf", "/dev/sdg"]
    assert [(one.name, image.device(one), one.state, one.percent, one.size) for one in image.snapshots] == [
        ("a", "/dev/sdf", "completed", 100, 20),
        ("b", "/dev/sdg", "completed", 100, 50),
        ("c", "/dev/sda1", "completed", 100, 8),
    ]
    assert (image.image.state, image.image.reason, image.size) == ("available", "", 78)
    assert (unnamed.unread, image.unread) == (True, False)
    assert before <= image.image.created <= datetime.now(UTC)


def test_an_image_that_is_being_made_shows_how_far_its_snapshots_are(
    account: Account, aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """No update has known them yet."""
    aws.hold_next_image()
    image_id = make(ec2, source, "web-1")

    image = account.image("web-1")

    assert image is not None
    assert (image.image.image_id, image.image.state, image.unread) == (image_id, "pending", True)
    assert [(one.state, one.percent) for one in image.snapshots] == [("pending", 55)] * 3


def test_an_image_that_failed_says_why(account: Account, aws: LocalAws, ec2: EC2Client, source: str) -> None:
    """In EC2's words."""
    aws.fail_next_image("Client.InternalError: no room")
    make(ec2, source, "web-1")

    image = account.images()["web-1"]

    assert (image.image.state, image.image.reason) == ("failed", "Client.InternalError: no room")
    assert {one.state for one in image.snapshots} == {"error"}


def test_an_image_is_found_by_its_name_if_the_stack_built_it(account: Account, ec2: EC2Client, source: str) -> None:
    """Another stack's image of that name is somebody else's release."""
    made = make(ec2, source, "web-1")
    make(ec2, source, "web-2", stack="organization/snapnames/other")

    found = [account.image(name) for name in ("web-1", "web-2", "web-3")]

    assert [one and one.image.image_id for one in found] == [made, None, None]


def test_the_images_of_known_ids_are_those_that_the_account_still_has(
    account: Account, ec2: EC2Client, source: str
) -> None:
    """Whoever built them. Without ids nothing is asked."""
    theirs, gone = make(ec2, source, "web-1", "organization/snapnames/other"), make(ec2, source, "web-2")
    make(ec2, source, "web-3")
    ec2.deregister_image(ImageId=gone)

    found = account.known([theirs, gone])

    assert {name: one.image.image_id for name, one in found.items()} == {"web-1": theirs}
    assert account.known([]) == {}


@pytest.mark.parametrize(
    ("names", "unread"), [((), False), ((None, None), True), ((None, "web-1(002)"), False), (("a", "b"), False)]
)
def test_an_image_is_unread_while_none_of_its_snapshots_has_a_name(
    names: tuple[str | None, ...], *, unread: bool
) -> None:
    """One name is enough: an update that was stopped had begun."""
    snapshots = tuple(Snapshot("snap-1", {"Name": name} if name else {}) for name in names)

    assert ImageWithSnapshots(Image("ami-1", "web-1", datetime.now(UTC)), snapshots).unread is unread


def test_what_ec2_refuses_to_tell_is_an_error_of_the_command(aws: LocalAws, account: Account) -> None:
    """With EC2's own words, and no stack trace."""
    aws.restrict(ACCESS_KEY, all_but("ec2:DescribeImages"))

    for read in (account.images, lambda: account.image("web-1")):
        with pytest.raises(CommandError, match=r"EC2 can't be read: .*UnauthorizedOperation") as refused:
            read()
        assert refused.value.code == Exit.FAILED


def test_a_config_that_does_not_lead_to_aws_is_refused() -> None:
    """Other keys than the provider's are not looked at."""
    with pytest.raises(UsageError, match="the stack's aws: config does not lead to AWS: region 'ap northeast' has a"):
        aws_session({"aws:region": "ap northeast", "snapnames:region": REGION})
