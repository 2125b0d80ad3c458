"""The ledger on copies of releases, and on images that others may launch: neither is ever called unused."""

from datetime import timedelta

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.findings import CHECKED
from snapnames.cli.ledger.opened import Opened
from snapnames.cli.state.declared import Declared, declared
from snapnames.rules.resource_types import COPY, IMAGE, LAUNCH_PERMISSION
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch

pytestmark = pytest.mark.xdist_group("ledger")

HERE, THERE, OTHER = "ap-northeast-2", "us-west-2", "444455556666"
PROVIDER = {"urn": "urn:p::aws::there", "id": "1", "type": "pulumi:providers:aws", "inputs": {"region": THERE}}


def made(ec2: EC2Client, *names: str) -> list[str]:
    """Images of one volume each; their ids."""
    source = launch(ec2, mappings=[])
    return [ec2.create_image(InstanceId=source, Name=name, NoReboot=True)["ImageId"] for name in names]


def copied(aws: LocalAws, image_id: str, name: str) -> str:
    """A copy in the other region."""
    ec2 = aws.client("ec2", THERE)
    return ec2.copy_image(Name=name, SourceImageId=image_id, SourceRegion=HERE)["ImageId"]


def look(session: StackSession, state: Declared, *regions: str) -> Ledger:
    """The ledger of a stack with this state, over regions."""
    opened = Opened("test", {"snapnames:service": "web"}, state)
    return kept(opened, session, Wanted(account=True, keep=0, older_than=timedelta(), regions=regions))


def found(ledger: Ledger) -> list[tuple[str, str | None]]:
    """Kind and image of each finding, but for the snapshots that have no name here."""
    return [(one.kind, one.image_id) for one in ledger.findings if one.kind != "unnamed"]


def test_a_copy_that_the_state_has_is_a_release_in_its_region_and_not_unused(
    aws: LocalAws, ec2: EC2Client, session: StackSession
) -> None:
    """Without the state it is an image that nothing uses, and the advice is to keep it: somebody copied it."""
    [image_id] = made(ec2, "web-1")
    copy = copied(aws, image_id, "web-1")
    state = Declared(stack="o/p/s", images={image_id: "web-1"}, copies={THERE: {copy: "web-1"}})

    ledger = look(session, state, HERE, THERE)

    assert found(ledger) == [("unused", image_id)]
    assert [(row.region, row.title, row.in_state) for row in ledger.rows] == [(HERE, "1", True), (THERE, "1", True)]
    assert ledger.plan is not None
    assert ledger.plan.rows == ()
    assert ("unused", copy) in found(look(session, Declared(), THERE))


def test_a_copy_that_is_gone_is_missing_in_its_region_alone(
    aws: LocalAws, ec2: EC2Client, session: StackSession
) -> None:
    """The release itself is not: its image is copied again."""
    [image_id] = made(ec2, "web-1")
    copy = copied(aws, image_id, "web-1")
    aws.client("ec2", THERE).deregister_image(ImageId=copy, DeleteAssociatedSnapshots=True)
    state = Declared(stack="o/p/s", images={image_id: "web-1"}, copies={THERE: {copy: "web-1"}})

    ledger = look(session, state, HERE, THERE)

    [missing] = (one for one in ledger.findings if one.kind == "missing")
    assert (missing.image_id, missing.region) == (copy, THERE)
    assert missing.text == f"copy web-1 ({copy}) is in the state of this stack and no longer in us-west-2"


def test_an_image_that_the_stack_shares_is_not_unused(ec2: EC2Client, session: StackSession) -> None:
    """The state says so, and nothing has to be read for it."""
    own, plain = made(ec2, "web-1", "web-2")
    state = Declared(stack="o/p/s", images={own: "web-1", plain: "web-2"}, shared=frozenset([own]))

    assert found(look(session, state, HERE)) == [("unused", plain)]


def test_of_many_unused_images_each_that_others_may_launch_is_left_out_and_the_rest_says_what_was_not_read(
    ec2: EC2Client, session: StackSession
) -> None:
    """Only so many are asked for: a shared one makes room for the next."""
    ids = made(ec2, *(f"web-{number:02}" for number in range(CHECKED + 4)))
    shared = ids[3:6]
    for image_id in shared:
        ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}]})

    unused = [one for one in look(session, Declared(), HERE).findings if one.kind == "unused"]

    silent = [one for one in unused if "who else may launch it was not read" in one.text]
    assert {one.image_id for one in unused} & {*shared} <= {one.image_id for one in silent}
    assert len(unused) - len(silent) == CHECKED


def test_the_state_tells_its_copies_by_region_and_what_it_shares() -> None:
    """As the engine exports them."""
    resources = [
        PROVIDER,
        {"urn": "urn:p::a::web-1", "id": "ami-1", "type": IMAGE, "inputs": {"name": "web-1"}},
        {
            "urn": "urn:p::c::web-1:us-west-2",
            "id": "ami-2",
            "type": COPY,
            "inputs": {"name": "web-1"},
            "provider": "urn:p::aws::there::1",
        },
        {"urn": "urn:p::s::web-1:shared", "id": "x", "type": LAUNCH_PERMISSION, "inputs": {"imageId": "ami-2"}},
    ]

    state = declared({"resources": resources}, "o/p/s")

    assert (state.images, state.copies) == ({"ami-1": "web-1"}, {THERE: {"ami-2": "web-1"}})
    assert state.shared == {"ami-2"}
