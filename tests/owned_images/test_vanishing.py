"""Images and snapshots that come and go, between runs and within one."""

from collections.abc import Callable

import pytest
from snapnames.testing.localaws.server import LocalAws

from tests.account import writes
from tests.faults import Call, Fail, FaultProxy, Run
from tests.owned_images.accounts import ROOT, TWO, Account
from tests.program import Program

pytestmark = pytest.mark.fault("image deregistered, or snapshot deleted, by hand")

Make = Callable[..., Program]


def tags_of(stack: Program) -> list[str]:
    """The labels of the Tags in the state."""
    return sorted(
        resource["urn"].rpartition("::")[2]
        for resource in stack.resources()
        if resource["type"] == "aws:ec2/tag:Tag" and not resource.get("delete")
    )


def test_images_that_come_and_go_between_runs_change_only_their_own_names(
    aws: LocalAws, account: Account, program: Make
) -> None:
    """A name that was given stays on a snapshot that no image has any more."""
    for name in ("web-1", "web-2", "web-3"):
        account.image(name)
    stack = program({"ownedImages": True})
    stack.up("--skip-preview")
    account.deregister("web-1")
    account.deregister("web-2")
    account.delete("web-2:/dev/sda1")
    account.image("web-4")
    mark = aws.mark()

    stack.up()
    written = writes(aws, mark)
    stack.up("--refresh", "--expect-no-changes")

    assert written == ["ec2.CreateTags"]
    assert account.names() == {
        "web-1:/dev/sda1": "web-1(001)",
        "web-3:/dev/sda1": "web-3(001)",
        "web-4:/dev/sda1": "web-4(001)",
    }
    assert tags_of(stack) == ["web-3:/dev/sda1", "web-4:/dev/sda1"]
    assert account.labelled(stack.outputs()["ownedImages"]["names"]) == {
        "web-3:/dev/sda1": "web-3(001)",
        "web-4:/dev/sda1": "web-4(001)",
    }


def test_an_image_that_is_registered_anew_under_its_name_has_its_new_snapshots_named(
    account: Account, program: Make
) -> None:
    """The old ones keep theirs."""
    account.image("web-1", TWO)
    old = dict(account.snapshots)
    stack = program({"ownedImages": True})
    stack.up("--skip-preview")

    account.deregister("web-1")
    account.image("web-1", TWO)
    new = dict(account.snapshots)
    stack.up()

    named = {"web-1:/dev/sda1": "web-1(001)", "web-1:/dev/sdf": "web-1(002)"}
    assert account.names() == named
    account.snapshots = old
    assert account.names() == named
    assert new != old
    stack.up("--skip-preview", "--expect-no-changes", "--refresh")


def test_what_is_gone_when_the_update_begins_does_not_fail_what_the_preview_listed(
    account: Account, program: Make
) -> None:
    """What has come is named, and a destroy needs neither of them."""
    account.image("web-1")
    account.image("web-2", TWO)
    stack = program({"ownedImages": {"removeNamesOnDestroy": True}})

    stack.preview()
    account.deregister("web-2")
    account.delete("web-2:/dev/sda1")
    account.image("web-3")
    stack.up("--skip-preview")
    updated = account.names()
    account.deregister("web-1")
    account.delete("web-1:/dev/sda1")
    stack.destroy()

    assert updated == {"web-1:/dev/sda1": "web-1(001)", "web-2:/dev/sdf": None, "web-3:/dev/sda1": "web-3(001)"}
    assert account.names() == {"web-2:/dev/sdf": None, "web-3:/dev/sda1": None}


def test_a_snapshot_that_is_deleted_while_it_is_being_named_fails_no_other(
    account: Account, program: Make, proxy: FaultProxy
) -> None:
    """The update says which, the others have their names, and the next update is clean.

    The provider asks again for five minutes, as a new snapshot could show late; here its second try is its last.
    """
    account.image("web-1", [ROOT, "/dev/sdf", "/dev/sdg"])
    account.image("web-2")
    stack = program({"ownedImages": True}, endpoint=proxy.url)

    def vanish(_: object) -> None:
        account.deregister("web-2")
        account.delete("web-2:/dev/sda1")

    def names_it(call: Call) -> bool:
        return call.name == "ec2.CreateTags" and call.parameters["Tag.1.Value"] == "web-2(001)"

    proxy.schedule.at("ec2.DescribeSnapshots", 1, Run(vanish, after=True))
    proxy.schedule.at(names_it, 2, Fail(code="UnauthorizedOperation", status=403))
    failed = stack.up("--skip-preview", "--continue-on-error", code=1)
    others = account.names()
    stack.up("--skip-preview")

    assert "aws:ec2:Tag (web-2:/dev/sda1):\n    error:" in failed.out
    assert others == {
        "web-1:/dev/sda1": "web-1(001)",
        "web-1:/dev/sdf": "web-1(002)",
        "web-1:/dev/sdg": "web-1(003)",
    }
    assert account.names() == others
    stack.up("--skip-preview", "--expect-no-changes")


def test_a_snapshot_that_is_gone_after_the_images_were_listed_is_skipped(
    account: Account, program: Make, proxy: FaultProxy
) -> None:
    """EC2 shows an image that is gone for a while."""
    account.image("web-1")
    account.image("web-2")
    stack = program({"ownedImages": True}, endpoint=proxy.url)

    def vanish(_: object) -> None:
        account.deregister("web-2")
        account.delete("web-2:/dev/sda1")

    proxy.schedule.at("ec2.DescribeImages", 2, Run(vanish, after=True))
    stack.up("--skip-preview")

    assert account.names() == {"web-1:/dev/sda1": "web-1(001)"}
    assert account.labelled(stack.outputs()["ownedImages"]["skipped"]) == {
        "web-2:/dev/sda1": "it is gone, or another account owns it"
    }
