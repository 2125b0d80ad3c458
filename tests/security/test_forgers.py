"""Whatever another principal makes in the account, a recovery takes in, names and deletes only what is the stack's."""

import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from snapnames.aws.images import built_images
from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError
from snapnames.cli.recovery.left import delete_left
from snapnames.cli.recovery.made import Made
from snapnames.cli.recovery.recovery import Recovery
from snapnames.rules.naming import DEFAULT_PATTERN
from snapnames.rules.resource_types import CONFIGURATION, GROUP, IMAGE

from .forgers import FLEET_NAME, FORGER, INSTANCES, MARK, OURS, TEAM, Account, Clients, Stack, killed

if TYPE_CHECKING:
    from snapnames.aws.session import StackSession
    from snapnames.cli.stack.open_stack import OpenStack

Move = Callable[[Account], object]

LISTED = ["web-1", "web-2", "web-3"]
NAMES = st.sampled_from([*LISTED, "web-4", "payroll"])
TAGS = st.sampled_from(
    [{}, MARK, {**MARK, "Name": "web-2"}, {"Name": "web-1(001)"}, {"snapnames:stack": MARK["snapnames:stack"]}]
)
NUMBERS = st.integers(0, 50)
DESCRIPTIONS = st.sampled_from(
    [
        f"Created by CreateImage({INSTANCES[OURS]}) for {{}}",
        f"Created by CreateImage({INSTANCES[OURS]}) for {{}} from vol-1",
        "Copied for DestinationAmi {} from SourceAmi ami-1",
        "nightly",
    ]
)


def _pick(number: int, of: Mapping[str, Any]) -> str:
    return [*of][number % len(of)]


def _described(text: str, number: int) -> Move:
    """It can name any image that is there."""
    return lambda account: account.create_snapshot(FORGER, text.format(_pick(number, account.images)), {})


def _configured(fleet: str, number: int, chosen: Mapping[str, Any]) -> Move:
    """Like the one that the update was making, but for what the forger wants of it."""

    def make(account: Account) -> None:
        image = _pick(number, account.images)
        like = {"ImageId": image, "InstanceType": "t3.micro", "InstanceMonitoring": {"Enabled": True}}
        account.create_launch_configuration(FORGER, fleet, {**like, **chosen})

    return make


FLEETS = st.sampled_from([FLEET_NAME, "web-0000000", "web"])
CHOSEN = st.sampled_from(
    [
        {"KeyName": "theirs"},
        {"UserData": "IyEvYmluL3NoCg=="},
        {"AssociatePublicIpAddress": True},
        {"IamInstanceProfile": "admin"},
        {"SecurityGroups": ["sg-9"]},
        {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": "snap-1"}}]},
    ]
)
FORGED: st.SearchStrategy[Move] = st.one_of(
    st.builds(lambda name, tags: lambda on: on.create_image(FORGER, name, tags), NAMES, TAGS),
    st.builds(
        lambda name, ns, tags: lambda on: on.register_image(FORGER, name, [_pick(n, on.snapshots) for n in ns], tags),
        NAMES,
        st.lists(NUMBERS, min_size=1, max_size=3),
        TAGS,
    ),
    st.builds(
        lambda n, name, tags: lambda on: on.copy_image(FORGER, _pick(n, on.images), name, tags), NUMBERS, NAMES, TAGS
    ),
    st.builds(_described, DESCRIPTIONS, NUMBERS),
    st.builds(lambda n, tags: lambda on: on.copy_snapshot(FORGER, _pick(n, on.snapshots), tags), NUMBERS, TAGS),
    st.builds(lambda n, tags: lambda on: on.create_tags(FORGER, _pick(n, on.makers), tags), NUMBERS, TAGS),
    st.builds(lambda n: lambda on: on.deregister_image(FORGER, _pick(n, on.makers)), NUMBERS),
    st.builds(_configured, FLEETS, NUMBERS, CHOSEN),
    st.builds(
        lambda name, tags: lambda on: on.create_group(FORGER, name, FLEET_NAME, tags),
        st.sampled_from(["web-0000000", "web-0123456", "other"]),
        TAGS,
    ),
)
OWN: st.SearchStrategy[Move] = st.sampled_from(
    [
        lambda on: on.create_image(OURS, "web-2", MARK),
        lambda on: on.create_image(OURS, "web-3", MARK),
        lambda on: on.deregister_image(OURS, _pick(0, on.images)),
        lambda on: on.deregister_image(TEAM, _pick(1, on.images)),
    ]
)


def recovered(account: Account, stack: Stack) -> str:
    """Recover the stack, orphans too; what the command says."""
    said = io.StringIO()
    recovery = Recovery(
        cast("OpenStack", stack),
        "",
        Made(cast("StackSession", Clients(account))),
        LISTED,
        Display(Console(file=said, width=1000)),
    )
    try:
        recovery.run(orphans=True)
    except CommandError as error:
        said.write(str(error))
    return said.getvalue()


@settings(max_examples=300, deadline=None)
@given(moves=st.lists(st.one_of(FORGED, OWN), max_size=12), group=st.booleans(), wrong=st.booleans())
def test_nothing_that_a_forger_can_make_is_taken_in_and_nothing_of_another_team_is_deleted(
    moves: list[Move], *, group: bool, wrong: bool
) -> None:
    """Images, launch configurations, groups; and snapshots of a team, also if the state names an image of the team.

    A snapshot that the forger itself has described as left of our image may go: only its own work is lost.
    """
    account = Account()
    live = account.create_image(OURS, "web-1", MARK, ["web-1(001)"])
    theirs = account.create_image(TEAM, "payroll", {}, ["payroll-archive", "payroll-archive"])
    account.create_snapshot(TEAM, "nightly", {"keep": "forever"})
    for move in moves:
        with suppress(ZeroDivisionError):  # there is nothing to pick
            move(account)
    held = {live: "web-1", **({theirs: "web-0"} if wrong else {})}
    stack = killed(held, live, group=group, earlier={theirs: "web-0"})
    before = dict(account.makers)

    recovered(account, stack)

    taken = stack.ids(IMAGE, CONFIGURATION, GROUP) - {*held, "web-7654321"}
    assert {one: before[one] for one in taken if before[one] != OURS} == {}
    assert {one for one in stack.named() if before[one] != OURS} == set()
    assert {before[one] for _, one in account.written} <= {OURS, FORGER}
    own = built_images(cast("Any", _Marked(account)), MARK["snapnames:stack"])
    assert [image.name for image in own if "SourceImageId" in account.images[image.image_id]] == []


class _Marked(Clients):
    """All images, whatever the filter: the mark is read of each."""

    def describe_images(self, **_: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a request
        """Every one."""
        return super().describe_images()


def test_what_the_stack_has_made_is_taken_in_beside_what_a_forger_has() -> None:
    """An image whose answer was lost, one that was being made, and the configuration; the property can see them."""
    account = Account()
    live = account.create_image(OURS, "web-1", MARK, ["web-1(001)"])
    lost, pending = (account.create_image(OURS, name, MARK) for name in ("web-2", "web-3"))
    account.create_launch_configuration(
        OURS, FLEET_NAME, {"ImageId": live, "InstanceType": "t3.micro", "InstanceMonitoring": {"Enabled": True}}
    )
    stack = killed({live: "web-1"}, live, group=True, earlier={})

    said = recovered(account, stack)

    assert stack.ids(IMAGE, CONFIGURATION) == {live, lost, pending, FLEET_NAME}
    assert "taking into the state what it had lost: web-2" in said


@pytest.mark.parametrize(
    ("name", "maker"), [("web-2", FORGER), ("web-3", FORGER), ("web-2", TEAM)], ids=["lost", "pending", "team"]
)
def test_an_image_that_is_not_proven_is_shown_with_its_snapshots_and_stays_where_it_is(name: str, maker: str) -> None:
    """RegisterImage over a backup of a team, with our tags and the name of the next release."""
    account = Account()
    live = account.create_image(OURS, "web-1", MARK, ["web-1(001)"])
    account.create_image(TEAM, "payroll", {}, ["payroll-archive"])
    archive = [*account.snapshots][-1]
    account.register_image(maker, name, [archive], MARK)
    stack = killed({live: "web-1"}, live, group=True, earlier={})

    said = recovered(account, stack)

    assert stack.ids(IMAGE) == {live}
    assert f"of no instance, with /dev/sda {archive} 'payroll-archive'" in said
    assert "It can't be taken in, because a release is deleted together with its snapshots" in said
    assert account.written == []


def test_what_is_left_and_not_proven_to_be_left_of_our_image_stays_and_is_reported_with_the_reason() -> None:
    """A state with the id of another team's image, which is gone; and a snapshot that another image uses."""
    account = Account()
    ours = account.create_image(OURS, "web-1", MARK, ["web-1(001)", None])
    own, used = account.snapshots
    theirs = account.create_image(TEAM, "payroll", {}, ["payroll-archive"])
    archive = [*account.snapshots][-1]
    account.register_image(FORGER, "mine", [used], {})
    account.deregister_image(OURS, ours)
    account.deregister_image(TEAM, theirs)

    ended = delete_left(
        Made(cast("StackSession", Clients(account))),
        {ours: "web-1", theirs: "web-0"},
        {},
        DEFAULT_PATTERN,
        Display(Console(file=io.StringIO())),
    )

    assert ended.deleted == [own]
    assert ended.kept == {
        used: "another image uses it",
        archive: "it is called 'payroll-archive', and this stack did not name it so",
    }
