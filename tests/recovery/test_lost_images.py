"""Images that a state has lost or that EC2 is still making: waited for, taken in, and what they hang on."""

import re
from collections.abc import Callable
from io import StringIO

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.errors import CommandError, Exit
from snapnames.cli.recovery.recovery import Recovery
from snapnames.rules.resource_types import GROUP, IMAGE
from snapnames.testing.localaws.server import LocalAws

from tests.account import snapshot_ids
from tests.recovery.stacks import ROOT, ROOTS, TAG, Stack, image, make, pending, read_image, recorded


@pytest.mark.parametrize("known", ["by a pending create", "by nothing"])
def test_an_image_that_ec2_is_still_making_is_waited_for(
    recovery: Callable[..., Recovery], aws: LocalAws, ec2: EC2Client, source: str, said: StringIO, known: str
) -> None:
    """Its snapshots are known only then. One that is being created need not be listed any more."""
    aws.hold_next_image()
    image_id = make(ec2, source)
    begun = (pending(image(source=source)),) if known == "by a pending create" else ()
    stack = Stack(*ROOTS, recorded(source), pending=begun)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            aws.finish_image(image_id)

    recovery(stack, "web-1" if known == "by nothing" else "web-9", wait=wait).run()

    assert waited == [2.0, 2.0]
    assert said.getvalue().startswith("EC2 is still making web-1: waiting for it\ntaking ")
    assert [resource["id"] for resource in stack.current["resources"] if resource["type"] == IMAGE] == [image_id]


def test_the_wait_for_an_image_ends_when_it_is_stopped(
    recovery: Callable[..., Recovery], aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """Nothing is changed then."""
    aws.hold_next_image()
    make(ec2, source)
    stack = Stack(*ROOTS, pending=(pending(image(source=source)),))

    def stop(_: float) -> None:
        stack.interrupted = True

    with pytest.raises(CommandError, match="stopped") as stopped:
        recovery(stack, wait=stop).run()

    assert (stopped.value.code, stack.replaced) == (Exit.INTERRUPTED, 0)


def test_a_listed_release_that_the_state_has_lost_is_taken_in(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str, said: StringIO
) -> None:
    """With a word on the group, which is not looked for."""
    make(ec2, source)
    stack = Stack(*ROOTS, recorded(source))
    run = recovery(stack)

    run.run()

    assert (run.adopted, stack.urns()[1:], stack.refreshed) == (["web-1"], [image()["urn"]], [[image()["urn"]]])
    assert said.getvalue() == (
        "taking into the state what it had lost: web-1\n"
        "the state has no Auto Scaling group: if the account has this stack's one, run `pulumi import` for it, since "
        "the next update makes a new one\n"
    )


def test_of_a_state_that_has_a_group_nothing_is_said_of_one(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str, said: StringIO
) -> None:
    """It is there."""
    make(ec2, source)
    group = {"urn": f"{ROOT}-web", "type": GROUP, "id": "web", "outputs": {"arn": "arn:x"}}

    recovery(Stack(*ROOTS, recorded(source), group)).run()

    assert "Auto Scaling" not in said.getvalue()


@pytest.mark.parametrize("fails", [False, True])
def test_a_state_that_has_lost_all_gets_the_stack_itself_first(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str, *, fails: bool
) -> None:
    """Though the update that makes it may fail for the image that is not in the state yet."""
    image_id = make(ec2, source)
    stack = Stack()

    def begin() -> None:
        stack.current["resources"] = ROOTS[:2]
        if fails:
            raise CommandError("image name 'web-1' is taken")

    stack.on_up_root = begin

    recovery(stack, adopt=image_id).run()

    assert stack.urns() == [image()["urn"]]


def test_a_stack_that_can_not_be_begun_says_what_was_lost_and_why(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str
) -> None:
    """What pulumi said comes first."""
    image_id = make(ec2, source)
    stack = Stack()

    def fail() -> None:
        raise CommandError("passphrase must be set", Exit.USAGE)

    stack.on_up_root = fail

    with pytest.raises(CommandError) as refused:
        recovery(stack, adopt=image_id).run()

    assert (refused.value.code, stack.replaced) == (Exit.USAGE, 0)
    assert str(refused.value) == (
        "passphrase must be set\nthe state has lost web-1 and the stack itself, which an update has to make first, and "
        "that failed: mend what it says, and run the same command again"
    )


def test_an_image_that_nothing_proves_to_be_the_stack_s_is_left_to_a_person(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str
) -> None:
    """Others can write the tag and the name. The error has the command that takes the image in."""
    image_id = make(ec2, source)
    (snapshot_id,) = snapshot_ids(ec2)
    stack = Stack(*ROOTS)

    with pytest.raises(CommandError) as refused:
        recovery(stack).run()

    assert re.sub(r"made \S+ \S+ UTC", "made then", str(refused.value)) == (
        f"image 'web-1' ({image_id}), made then of {source}, with /dev/sda1 {snapshot_id} without a name: the state of "
        "this stack does not have it, and nothing proves that this stack made it: the state has no record of its "
        f"create. If it is this stack's, run `snapnames recover --adopt {image_id}`; otherwise deregister it, or "
        "release under another name"
    )
    assert (stack.replaced, stack.urns()) == (0, [])


def test_an_image_that_a_person_says_is_the_stack_s_is_taken_in(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str, said: StringIO
) -> None:
    """The state has no record of its create. What EC2 says of the image is shown before."""
    image_id = make(ec2, source)
    stack = Stack(*ROOTS)
    run = recovery(stack, adopt=image_id)

    run.run()

    assert (run.adopted, run.unproven, stack.urns()) == (["web-1"], [], [image()["urn"]])
    assert said.getvalue().startswith(
        f"taking in, since you say that it is this stack's: image 'web-1' ({image_id}), made "
    )


def test_an_image_over_snapshots_of_others_is_taken_in_by_nobody_s_word(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str
) -> None:
    """The next drop of that release would delete them."""
    make(ec2, source, "backup")
    (snapshot_id,) = snapshot_ids(ec2)
    forged = ec2.register_image(
        Name="web-1",
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot_id}}],
        TagSpecifications=[{"ResourceType": "image", "Tags": [{"Key": "snapnames:stack", "Value": TAG}]}],
    )["ImageId"]
    stack = Stack(*ROOTS)

    with pytest.raises(CommandError, match="It can't be taken in, because a release is deleted together with its sna"):
        recovery(stack, adopt=forged).run()

    assert (stack.replaced, stack.urns()) == (0, [])


def test_what_a_person_wants_to_be_taken_in_and_what_can_not_be_is_refused(
    recovery: Callable[..., Recovery], ec2: EC2Client, source: str
) -> None:
    """As when the state has the image already. Nothing else is done then either."""
    image_id = make(ec2, source)
    stack = Stack(*ROOTS, read_image(image_id), pending=(pending(image(image_id), "deleting"),))

    with pytest.raises(CommandError, match=f"^{image_id} can't be taken in, and nothing was changed: the state has it"):
        recovery(stack, adopt=image_id).run()

    assert (stack.replaced, stack.refreshed) == (0, [])


def test_a_stack_that_never_had_anything_is_not_begun(recovery: Callable[..., Recovery]) -> None:
    """No image is lost."""
    stack, begun = Stack(), list[str]()
    stack.on_up_root = lambda: begun.append("the stack")

    recovery(stack).run()

    assert (stack.current["resources"], stack.replaced, begun) == ([], 0, [])
