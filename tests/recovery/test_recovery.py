"""A state that is mended while others may change it, and what is waited for, said and refreshed."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from rich.console import Console
from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError, Exit
from snapnames.cli.recovery.left import Ended, delete_left
from snapnames.cli.recovery.made import Made
from snapnames.cli.recovery.recovery import Recovery
from snapnames.rules.naming import DEFAULT_PATTERN
from snapnames.rules.resource_types import CONFIGURATION, IMAGE
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, snapshot_ids
from tests.recovery.stacks import RELEASE, ROOT, ROOTS, Stack, image, make, pending, read_image


def test_a_sound_state_is_left_as_it_is(recovery: Callable[..., Recovery], said: StringIO) -> None:
    """It is not even written, unless that is how a dead lock is let go of."""
    stack = Stack(*ROOTS)

    recovery(stack).run()
    once = stack.replaced
    recovery(stack).run(unlock=True)

    assert (once, stack.replaced, stack.current["resources"]) == (0, 1, ROOTS)
    assert (stack.refreshed, said.getvalue()) == ([], "")


def test_a_create_that_aws_has_done_is_taken_in_and_refreshed(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str, said: StringIO
) -> None:
    """And one that never happened is cleared."""
    image_id = make(ec2, source)
    never = image(urn=f"{RELEASE}${IMAGE}::web-2", inputs={"name": "web-2"})
    stack = Stack(*ROOTS, pending=(pending(image(source=source)), pending(never)))
    run = recovery(stack)

    run.run()

    (taken_in,) = (resource for resource in stack.current["resources"] if resource not in ROOTS)
    assert (taken_in["urn"], taken_in["id"]) == (image()["urn"], image_id)
    assert stack.current["pending_operations"] == []
    assert stack.refreshed == [[image()["urn"]]]
    assert (run.adopted, run.dropped, run.deleted) == (["web-1"], ["web-2"], [])
    assert said.getvalue() == (
        "taking over from an update that was cut off: web-1\n"
        "begun, and not in the state: the next update makes it: web-2\n"
    )


@pytest.mark.parametrize(
    "begun",
    [
        {"urn": f"{ROOT.rpartition('::')[0]}::snapnames:index:Fleet::web", "type": "snapnames:index:Fleet"},
        {"urn": "urn:pulumi:test::web::mycorp:index:Web::web", "type": "mycorp:index:Web"},
        {"urn": ROOT, "type": "pulumi:pulumi:Stack"},
    ],
    ids=lambda one: one["type"],
)
def test_a_component_that_was_only_begun_is_cleared_without_a_question(
    recovery: Callable[..., Recovery], begun: dict[str, Any], said: StringIO
) -> None:
    """It is nothing in AWS. The engine writes no inputs of it."""
    stack = Stack(*ROOTS, pending=(pending({**begun, "custom": False}),))

    recovery(stack).run()

    assert stack.current == {"resources": ROOTS, "pending_operations": []}
    assert said.getvalue() == ""


def test_a_create_without_inputs_is_cleared_for_the_next_update_to_make_it(recovery: Callable[..., Recovery]) -> None:
    """The engine leaves inputs out of the state if there are none."""
    stack = Stack(*ROOTS, pending=(pending({"urn": f"{RELEASE}$x:y:Z::web-1", "custom": True, "type": "x:y:Z"}),))

    recovery(stack).run()

    assert stack.current == {"resources": ROOTS, "pending_operations": []}


def test_a_create_that_the_state_has_by_now_is_neither_said_to_be_taken_over_nor_dropped(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str
) -> None:
    """A pending create stays in all later states, also in those that have its resource."""
    image_id = make(ec2, source)
    stack = Stack(*ROOTS, read_image(image_id), pending=(pending(image(source=source)),))
    run = recovery(stack)

    run.run()

    assert stack.current == {"resources": [*ROOTS, read_image(image_id)], "pending_operations": []}
    assert (run.adopted, run.dropped, stack.refreshed) == ([], [], [])


def test_a_state_that_another_update_has_changed_meanwhile_is_not_overwritten(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str
) -> None:
    """It is mended anew, with what that update has made in it."""
    make(ec2, source)
    stack = Stack(*ROOTS, pending=(pending(image(source=source)),))
    stack.meanwhile = [stack.deploy]

    recovery(stack).run()

    assert stack.replaced == 1
    assert stack.urns() == ["new-0", image()["urn"]]


def test_a_state_that_changes_whenever_it_is_mended_is_left_to_those_who_change_it(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str
) -> None:
    """After three times."""
    make(ec2, source)
    stack = Stack(*ROOTS, pending=(pending(image(source=source)),))
    reads: list[int] = []

    def go_on() -> None:
        reads.append(len(reads))
        stack.deploy(len(reads))
        stack.meanwhile = [go_on]

    stack.meanwhile = [go_on]

    with pytest.raises(CommandError) as refused:
        recovery(stack).run()

    assert str(refused.value) == (
        "the state of stack 'test' has changed 3 times while it was mended: wait for the updates that change it, and "
        "run the same command again"
    )
    assert (refused.value.code, stack.replaced, len(reads)) == (Exit.FAILED, 0, 6)


def test_what_only_a_person_can_find_out_is_not_cleared(recovery: Callable[..., Recovery]) -> None:
    """A second database is no retry."""
    database = {"urn": "urn:pulumi:test::web::aws:rds/instance:Instance::db", "type": "aws:rds/instance:Instance"}
    stack = Stack(*ROOTS, pending=(pending({**database, "inputs": {}}),))

    with pytest.raises(CommandError) as refused:
        recovery(stack).run()

    assert str(refused.value) == (
        f"an update was cut off while it made {database['urn']}, and whether AWS has that is not known here: run "
        "`pulumi cancel` if the stack is locked, and `pulumi refresh`, which asks what became of it"
    )
    assert stack.replaced == 0


def test_a_delete_that_was_cut_off_is_finished(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str, said: StringIO
) -> None:
    """The image is gone and its snapshots are not: the provider would leave them."""
    image_id = make(ec2, source)
    left = snapshot_ids(ec2)
    ec2.deregister_image(ImageId=image_id)
    stack = Stack(*ROOTS, read_image(image_id), pending=(pending(image(image_id), "deleting"),))
    run = recovery(stack)

    run.run()

    assert (run.deleted, snapshot_ids(ec2)) == (list(left), set())
    assert stack.current["resources"][-1] == read_image(image_id, delete=True)
    assert stack.refreshed == [[image()["urn"]]]
    assert said.getvalue() == f"deleted what image web-1 ({image_id}) left: {', '.join(left)}\n"


def test_a_delete_that_never_reached_ec2_is_left_to_the_next_update(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str
) -> None:
    """The image is there with all its snapshots."""
    image_id = make(ec2, source)
    stack = Stack(*ROOTS, read_image(image_id), pending=(pending(image(image_id), "deleting"),))
    run = recovery(stack)

    run.run()

    assert (run.deleted, len(snapshot_ids(ec2)), stack.refreshed) == ([], 1, [[image()["urn"]]])
    assert stack.current["resources"][-1] == read_image(image_id)


def test_what_was_being_deleted_is_refreshed_whatever_it_is(recovery: Callable[..., Recovery]) -> None:
    """A launch configuration too; what has nothing to do with it is not read."""
    parts = [
        {"urn": f"{ROOT}-{name}", "type": CONFIGURATION, "id": name, "outputs": {"arn": "arn:x"}}
        for name in ("old", "new")
    ]
    stack = Stack(*ROOTS, *parts, pending=(pending(parts[0], "deleting"),))

    recovery(stack).run()

    assert (stack.urns(), stack.refreshed) == ([f"{ROOT}-old", f"{ROOT}-new"], [[f"{ROOT}-old"]])


def test_an_image_that_an_earlier_repair_has_left_to_be_deleted_is_refreshed_again(
    recovery: Callable[..., Recovery],
) -> None:
    """The next update finds it gone then; nothing of the state is changed for it."""
    stack = Stack(*ROOTS, read_image("ami-00000000", delete=True))

    recovery(stack).run()

    assert (stack.replaced, stack.refreshed) == (0, [[image()["urn"]]])


@pytest.mark.parametrize("orphans", [False, True])
def test_what_images_left_that_went_otherwise_is_deleted_only_when_it_is_asked_for(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str, *, orphans: bool
) -> None:
    """Of images that the state has, or that an earlier one had; not of somebody else's."""
    ids = [make(ec2, source, name) for name in ("web-1", "earlier", "other")]
    behind = {one["ImageId"]: one["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"] for one in images(ec2).values()}
    for image_id in ids:
        ec2.deregister_image(ImageId=image_id)
    stack = Stack(*ROOTS, read_image(ids[0]))
    stack.earlier = {ids[1]: "earlier"}
    run = recovery(stack)

    run.run(orphans=orphans)

    assert sorted(run.deleted) == (sorted(behind[image_id] for image_id in ids[:2]) if orphans else [])
    assert snapshot_ids(ec2) == {behind[image_id] for image_id in (ids[2:] if orphans else ids)}


def test_an_image_that_was_read_without_volumes_is_refreshed_with_all_that_depends_on_it(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str
) -> None:
    """As after a create that timed out. It is done on the way: alone it is no reason to change a state."""
    image_id = make(ec2, source)
    timed_out = image(image_id, outputs={"arn": "arn:aws:ec2::image/x", "ebsBlockDevices": []})
    tag = {"urn": "tag", "type": "aws:ec2/tag:Tag", "id": "snap-1,Name", "deletedWith": image()["urn"]}
    stack = Stack(*ROOTS, timed_out, tag)

    recovery(stack).run()

    assert (stack.refreshed, stack.replaced) == ([["tag", image()["urn"]]], 0)


def test_nothing_is_asked_for_no_image(made: Made, aws: LocalAws, said: StringIO) -> None:
    """A call for nothing would be refused."""
    mark = aws.mark()

    ended = delete_left(made, {}, {}, DEFAULT_PATTERN, Display(Console(file=said)))

    assert (ended, aws.calls(mark), said.getvalue()) == (Ended(), [], "")
