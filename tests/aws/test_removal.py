"""Names that are taken away slowly: each as it is at that moment, and no faster than EC2 takes it."""

from collections.abc import Callable
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.pace import AT_ONCE, Pace
from snapnames.resources.name_removal import remove_names
from snapnames.testing.localaws.server import LocalAws

from tests.account import writes
from tests.aws.clock import Clock
from tests.owned_images.accounts import PREVIOUS, ROOT, Account

MORE = 25
"""Names beyond those that go at once."""


def named(account: Account, count: int, **more: str) -> dict[str, str]:
    """Images with so many snapshots, each with a Name and these tags; snapshot id to the Name that was given."""
    account.image("web", [f"/dev/sd{number}" for number in range(count)], root="/dev/sd0")
    for label in account.snapshots:
        account.tag(label, {"Name": f"name of {label}", **more})
    return {snapshot_id: f"name of {label}" for label, snapshot_id in account.snapshots.items()}


def when(clock: Clock, ec2: EC2Client, *calls: str) -> Callable[[], list[float]]:
    """Give what says when these calls were made, by the clock."""
    times: list[float] = []

    def note(**_: Any) -> None:  # noqa: ANN401 -- what botocore tells of a call
        times.append(clock.now)

    for call in calls:
        ec2.meta.events.register(f"before-call.ec2.{call}", note, f"{id(clock)}-{call}")
    return lambda: times


def test_names_are_removed_no_faster_than_ec2_takes_it(aws: LocalAws, ec2: EC2Client, account: Account) -> None:
    """What the bucket has, then ten a second; each ten are read again in one call before they go."""
    clock = Clock()
    names = named(account, AT_ONCE + MORE)
    deleted, read = when(clock, ec2, "DeleteTags"), when(clock, ec2, "DescribeTags")
    mark = aws.mark()

    remove_names(ec2, names, Pace(clock=clock, sleep=clock.sleep))

    assert deleted() == [0.0] * AT_ONCE + [1.0] * 10 + [2.0] * 10 + [2.5] * 5
    assert read() == [0.0] * 10 + [1.0, 2.0, 2.5]
    assert set(aws.calls(mark)) == {"ec2.DescribeTags", "ec2.DeleteTags"}
    assert set(account.names().values()) == {None}


def test_a_name_that_a_person_gives_while_others_are_removed_is_not_replaced_by_a_previous_one(
    ec2: EC2Client, account: Account
) -> None:
    """Also not by one that was there when the removal began."""
    clock = Clock()
    names = named(account, AT_ONCE + 1, **{PREVIOUS: "before"})
    renamed: list[str] = []

    def rename_the_last(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.now:
            renamed.extend(label for label, name in account.names().items() if name != "before")
            account.name(renamed[0], "by hand")

    remove_names(ec2, names, Pace(clock=clock, sleep=rename_the_last))

    tags = account.tags()
    assert [tags.pop(label) for label in renamed] == [{"Name": "by hand", PREVIOUS: "before"}]
    assert list(tags.values()) == [{"Name": "before"}] * AT_ONCE


@pytest.mark.parametrize(
    ("live", "left", "calls"),
    [
        ({"Name": "ours", PREVIOUS: "before"}, {"Name": "before"}, ["ec2.CreateTags", "ec2.DeleteTags"]),
        ({"Name": "before", PREVIOUS: "before"}, {"Name": "before"}, ["ec2.DeleteTags"]),
        ({"Name": "ours", PREVIOUS: "ours"}, {"Name": "ours"}, ["ec2.DeleteTags"]),
        ({"Name": "ours"}, {}, ["ec2.DeleteTags"]),
        ({PREVIOUS: "before"}, {PREVIOUS: "before"}, []),
        ({"Name": "theirs"}, {"Name": "theirs"}, []),
    ],
)
def test_a_removal_goes_on_where_another_one_was_cut_off(
    aws: LocalAws, ec2: EC2Client, account: Account, live: dict[str, str], left: dict[str, str], calls: list[str]
) -> None:
    """Whatever of a name and the one before is there; what is neither stays, and nothing is written twice."""
    account.image("web")
    account.tag(f"web:{ROOT}", live)
    mark = aws.mark()

    remove_names(ec2, {account.snapshots[f"web:{ROOT}"]: "ours"})

    assert writes(aws, mark) == calls
    assert account.tags() == {f"web:{ROOT}": left}
