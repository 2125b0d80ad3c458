"""Names that go with the stack: only those that are ours at that moment, and previous ones come back."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client
from snapnames.resources.name_removal import remove_names
from snapnames.testing.localaws.server import LocalAws, client

from tests.faults import Fail, FaultProxy, Run
from tests.owned_images.accounts import PREVIOUS, ROOT, TWO, Account
from tests.program import Program

Make = Callable[..., Program]
REFUSED = Fail(code="UnauthorizedOperation", status=403)


@pytest.fixture
def through(proxy: FaultProxy) -> EC2Client:
    """A client of the proxy that retries nothing."""
    ec2: EC2Client = client(proxy.url, "ec2")
    return ec2


def declared(account: Account) -> dict[str, str]:
    """Snapshot id to a name, as declared for each snapshot of the account."""
    return {snapshot_id: f"name of {label}" for label, snapshot_id in account.snapshots.items()}


def give(account: Account) -> None:
    """Give the declared names."""
    for label in account.snapshots:
        account.name(label, f"name of {label}")


def test_only_names_that_are_as_declared_are_removed(ec2: EC2Client, account: Account) -> None:
    """With previous ones given back; renamed, unnamed and deleted snapshots are passed over, and other tags."""
    account.image("web-1", [ROOT, "/dev/sdf", "/dev/sdg", "/dev/sdh", "/dev/sdi", "/dev/sdj"])
    give(account)
    account.tag("web-1:/dev/sda1", {"team": "web"})
    account.tag("web-1:/dev/sdf", {PREVIOUS: "before"})
    account.name("web-1:/dev/sdg", "by hand")
    account.tag("web-1:/dev/sdh", {"Name": "by hand", PREVIOUS: "before"})
    account.untag("web-1:/dev/sdi", "Name")
    names = declared(account)
    account.deregister("web-1")
    account.delete("web-1:/dev/sdj")

    remove_names(ec2, names)

    assert account.tags() == {
        "web-1:/dev/sda1": {"team": "web"},
        "web-1:/dev/sdf": {"Name": "before"},
        "web-1:/dev/sdg": {"Name": "by hand"},
        "web-1:/dev/sdh": {"Name": "by hand", PREVIOUS: "before"},
        "web-1:/dev/sdi": {},
    }


def test_a_name_that_is_given_just_before_ours_is_removed_stays(
    account: Account, proxy: FaultProxy, through: EC2Client
) -> None:
    """EC2 compares the value when it deletes."""
    account.image("web-1")
    give(account)
    proxy.schedule.at("ec2.DeleteTags", 1, Run(lambda _: account.name("web-1:/dev/sda1", "by hand")))

    remove_names(through, declared(account))

    assert account.names() == {"web-1:/dev/sda1": "by hand"}


@pytest.mark.parametrize("call", ["ec2.CreateTags", "ec2.DeleteTags"])
def test_a_removal_that_fails_on_the_way_loses_no_name_and_is_completed_by_the_next(
    account: Account, proxy: FaultProxy, through: EC2Client, call: str
) -> None:
    """The previous name is on the snapshot, under one key or both, until it is the Name again."""
    account.image("web-1")
    give(account)
    account.tag("web-1:/dev/sda1", {PREVIOUS: "before"})
    proxy.schedule.at(call, 1, REFUSED)

    with pytest.raises(ClientError):
        remove_names(through, declared(account))
    left = account.tags()
    remove_names(through, declared(account))

    name = {"ec2.CreateTags": "name of web-1:/dev/sda1", "ec2.DeleteTags": "before"}[call]
    assert left == {"web-1:/dev/sda1": {"Name": name, PREVIOUS: "before"}}
    assert account.tags() == {"web-1:/dev/sda1": {"Name": "before"}}


def test_hundreds_of_names_are_looked_up_in_as_few_calls_as_ec2_allows(
    aws: LocalAws, ec2: EC2Client, account: Account
) -> None:
    """200 values a filter; what is named is read again and written to, and nothing is asked for nothing."""
    for number in range(41):
        account.image(f"web-{number}", [f"/dev/sdf{volume}" for volume in range(10)])
    some = ("web-0:/dev/sdf0", "web-40:/dev/sdf9")
    for label in some:
        account.name(label, f"name of {label}")
    mark = aws.mark()

    remove_names(ec2, declared(account))
    calls, mark = aws.calls(mark), aws.mark()
    remove_names(ec2, {})

    assert calls == ["ec2.DescribeTags"] * 4 + ["ec2.DeleteTags"] * 2
    assert aws.calls(mark) == []
    assert set(account.names().values()) == {None}


def test_a_destroy_that_could_not_remove_a_name_says_so_and_the_next_one_does(
    account: Account, program: Make, proxy: FaultProxy
) -> None:
    """The stack keeps what it needs for that."""
    account.image("web-1", TWO)
    account.name("web-1:/dev/sdf", "by hand")
    stack = program({"ownedImages": {"overwrite": True, "removeNamesOnDestroy": True}}, endpoint=proxy.url)
    stack.up("--skip-preview")
    proxy.schedule.at("ec2.DeleteTags", 2, REFUSED)

    failed = stack.pulumi("destroy", "--yes", "--skip-preview", code=1).out
    stack.pulumi("destroy", "--yes", "--skip-preview")

    assert "UnauthorizedOperation" in failed
    assert account.tags() == {"web-1:/dev/sda1": {}, "web-1:/dev/sdf": {"Name": "by hand"}}
    assert stack.resources() == []
