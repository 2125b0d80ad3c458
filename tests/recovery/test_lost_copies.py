"""Copies in other regions that a state has lost: what proves them, what a person decides, and what they hang on."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.errors import CommandError
from snapnames.cli.recovery.recovery import Recovery
from snapnames.cli.recovery.rooted import at_home
from snapnames.rules.resource_types import COPY, IMAGE, PROVIDER, TAG
from snapnames.testing.localaws.server import LocalAws

from tests.account import ACCESS_KEY
from tests.recovery.stacks import PROVIDER as OWN_PROVIDER
from tests.recovery.stacks import ROOTS, WEST, Stack, make, pending, read_image
from tests.recovery.stacks import TAG as MARK
from tests.recovery.test_copies import HOME, IN_WEST, URN, WESTERN, copied, copy, held, refuses

NOTHING_HELD: list[tuple[str, str]] = []


@pytest.fixture
def recover(recovery: Callable[..., Recovery]) -> Callable[..., Recovery]:
    """A recovery of a stack whose config copies the release to the other region."""

    def of(stack: Stack, adopt: str = "", **more: Any) -> Recovery:  # noqa: ANN401 -- as the recovery has it
        made = recovery(stack, adopt=adopt, **more)
        made.copied = {WEST: {"web-1": ""}}
        return made

    return of


def mark(west: EC2Client, image_id: str, stack: str = MARK) -> str:
    """Have a copy bear the mark of a stack; its id."""
    west.create_tags(Resources=[image_id], Tags=[{"Key": "snapnames:stack", "Value": stack}])
    return image_id


def test_a_lost_copy_that_the_state_has_recorded_before_it_was_made_is_taken_in(
    recover: Callable[..., Recovery], west: EC2Client, release: str, said: StringIO
) -> None:
    """As after a refresh that cleared a pending create. Its names come with it."""
    made = mark(west, copied(west, release))
    [snapshot] = west.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    west.create_tags(Resources=[snapshot["SnapshotId"]], Tags=[{"Key": "Name", "Value": "web-1(001)"}])
    stack = Stack(*IN_WEST, read_image(release))

    run = recover(stack)
    run.run()

    assert run.adopted == ["web-1:us-west-2"]
    assert held(stack) == [(URN, made)]
    (name,) = (one for one in stack.current["resources"] if one["type"] == TAG)
    assert name["urn"] == f"{URN.partition(COPY)[0]}{TAG}::web-1:us-west-2:/dev/sda1"
    assert (name["id"], name["inputs"]["value"]) == (f"{snapshot['SnapshotId']},Name", "web-1(001)")
    assert "taking into the state what it had lost: web-1:us-west-2" in said.getvalue()
    assert URN in stack.refreshed[0]


@pytest.mark.parametrize("why", ["no record", "no mark"])
def test_a_lost_copy_that_others_could_have_made_is_taken_in_when_a_person_says_so(
    recover: Callable[..., Recovery], west: EC2Client, release: str, why: str
) -> None:
    """Whoever may copy the image can make a copy that looks the same. A provider that is lost too comes with it."""
    made = copied(west, release)
    if why == "no record":
        mark(west, made)
    region = {"region": HOME, "skipMetadataApiCheck": "false"}
    roots = [{**one, "inputs": region} if one["urn"] == OWN_PROVIDER else one for one in ROOTS]
    stack = Stack(*(roots if why == "no record" else IN_WEST), read_image(release))

    with pytest.raises(
        CommandError, match=rf"\({made}\) in us-west-2, copied .* run `snapnames recover --adopt {made}"
    ):
        recover(stack).run()
    before = held(stack)
    recover(stack, made).run()

    assert (before, held(stack)) == (NOTHING_HELD, [(URN, made)])
    [provider] = [one for one in stack.current["resources"] if one["urn"] == WESTERN]
    [taken] = [one for one in stack.current["resources"] if one["type"] == COPY]
    assert taken["provider"] == f"{WESTERN}::{provider['id']}"
    if why == "no record":
        assert provider["type"] == PROVIDER
        assert provider["inputs"] == {**region, "region": WEST, "stsRegion": HOME}


def test_a_copy_of_another_image_can_not_be_taken_in_by_anybody(
    recover: Callable[..., Recovery], west: EC2Client, ec2: EC2Client, source: str, release: str
) -> None:
    """EC2 fixes what a copy was made of: a delete of the release would delete somebody else's image."""
    other = mark(west, copied(west, make(ec2, source, "payroll")))
    stack = Stack(*IN_WEST, read_image(release))

    with pytest.raises(CommandError, match=rf"{other} can't be taken in, and nothing was changed"):
        recover(stack, other).run()

    assert held(stack) == NOTHING_HELD


def test_of_two_lost_copies_a_person_says_which(
    recover: Callable[..., Recovery], west: EC2Client, release: str, said: StringIO
) -> None:
    """CopyImage minds no taken name. The other one is told, and stays."""
    first, second = (mark(west, copied(west, release)) for _ in range(2))
    stack = Stack(*IN_WEST, read_image(release))

    with pytest.raises(CommandError) as refused:
        recover(stack).run()
    recover(stack, first).run()

    assert [f"--adopt {one}`" in str(refused.value) for one in (first, second)] == [True, True]
    assert held(stack) == [(URN, first)]
    assert f"({second}) in us-west-2" in said.getvalue()
    assert "it is not taken in: another copy of the release is" in said.getvalue()


def test_a_release_and_its_copy_that_are_both_lost_are_taken_in_by_one_command(
    recovery: Callable[..., Recovery], west: EC2Client, release: str
) -> None:
    """The copy is compared with the image that a person has said is this stack's."""
    made = mark(west, copied(west, release))
    stack = Stack(*ROOTS)
    run = recovery(stack)
    run.copied, run.adopt = {WEST: {"web-1": ""}}, frozenset({release, made})

    run.run()

    assert sorted(run.adopted) == ["web-1", "web-1:us-west-2"]
    assert held(stack) == [(URN, made)]
    assert [one["id"] for one in stack.current["resources"] if one["type"] == IMAGE] == [release]


def test_a_copy_whose_release_is_lost_too_waits_for_it(
    recover: Callable[..., Recovery], west: EC2Client, release: str, said: StringIO
) -> None:
    """Nothing tells of what the copy has to be made."""
    mark(west, copied(west, release))
    stack = Stack(*IN_WEST)

    with pytest.raises(CommandError, match=f"recover --adopt {release}"):
        recover(stack).run()

    assert held(stack) == NOTHING_HELD
    assert "the state does not have the image of its release, which comes first" in said.getvalue()


def test_the_copy_of_an_image_that_others_built_is_compared_with_the_id_in_the_config(
    recover: Callable[..., Recovery], west: EC2Client, release: str
) -> None:
    """The state has no image of its own of such a release."""
    made = mark(west, copied(west, release))
    stack = Stack(*IN_WEST)
    run = recover(stack)
    run.image_names, run.copied = (), {WEST: {"web-1": release}}

    run.run()

    assert held(stack) == [(URN, made)]


@pytest.mark.parametrize("how", ["it has it", "it was making it", "it was deleting it"])
def test_a_copy_that_the_state_knows_is_not_lost(
    recover: Callable[..., Recovery], west: EC2Client, release: str, how: str
) -> None:
    """It is taken in, or left, by what was begun."""
    made = mark(west, copied(west, release))
    resource = copy(release, made, [])
    begun = {
        "it has it": ([resource], ()),
        "it was making it": ([], (pending(copy(release)),)),
        "it was deleting it": ([resource], (pending(resource, "deleting"),)),
    }
    resources, operations = begun[how]
    stack = Stack(*IN_WEST, read_image(release), *resources, pending=operations)

    recover(stack).run()

    assert held(stack) == [(URN, made)]


def test_a_region_that_can_not_be_read_is_told_and_stops_nothing(
    recover: Callable[..., Recovery], aws: LocalAws, release: str, said: StringIO
) -> None:
    """Nothing says that it has a copy at all."""
    stack = Stack(*IN_WEST, read_image(release))
    aws.restrict(ACCESS_KEY, refuses(WEST))

    recover(stack).run()

    assert "region us-west-2 can't be read, so whether it has copies of web-1 that the state has lost is not known" in (
        said.getvalue().replace("\n", " ")
    )


def test_a_copy_that_ec2_is_still_making_is_waited_for(
    recover: Callable[..., Recovery], aws: LocalAws, west: EC2Client, release: str
) -> None:
    """Its snapshots show only then."""
    aws.settings(pending_seconds=3600)
    made = mark(west, copied(west, release))
    stack = Stack(*IN_WEST, read_image(release))

    recover(stack, wait=lambda _: aws.finish_image(made)).run()

    assert held(stack) == [(URN, made)]


def test_the_stack_itself_is_made_without_copies_and_parameters_of_any_service() -> None:
    """The program refuses both while the state does not have them. Everything else stays."""
    config = (
        "encryptionsalt: v1:x\nconfig:\n  front:source: i-1\n  front:copies: {us-west-2: {}}\n"
        "  front:parameter: /front\n  back:releases: ['1']\n"
    )

    assert at_home(config) == (
        "encryptionsalt: v1:x\nconfig:\n  front:source: i-1\n  back:releases:\n  - '1'\n  front:copies: '{}'\n"
    )
    assert at_home("config:\n") == "config:\n"
