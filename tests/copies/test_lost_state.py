"""A state that has lost everything, of a stack with copies: taken in again, so that nothing is made twice or left."""

from collections.abc import Callable

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, writes
from tests.program import Program

from .regions import HOME, WEST, config, holdings, left

NAMES = {"front-web-1": {"/dev/sda1": "front-web-1(001)"}}


@pytest.mark.fault("state lost")
def test_a_stack_with_copies_that_has_lost_its_state_is_whole_again_with_what_a_person_says_is_its_own(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client
) -> None:
    """The next update writes nothing, and a destroy leaves nothing in any region."""
    aws.settings(pending_seconds=0)
    source = launch(ec2, mappings=[])
    before = left(aws, HOME, WEST)
    stack = program(config(source, ["1"], {WEST: {}}))
    stack.up("--skip-preview")
    had = {resource["urn"] for resource in stack.resources()}
    copy = images(aws.client("ec2", WEST))["front-web-1"]["ImageId"]
    release = images(ec2)["front-web-1"]["ImageId"]
    stack.lose_state()
    mark = aws.mark()

    asked = stack.snapnames("recover", code=1).err
    ran = stack.snapnames("recover", "--adopt", release, "--adopt", copy, "--json").json
    stack.up("--skip-preview")
    written, has = writes(aws, mark), {resource["urn"] for resource in stack.resources()}
    stack.preview("--expect-no-changes", "--refresh")
    found = [holdings(aws, region) for region in (HOME, WEST)]
    stack.destroy()

    assert f"run `snapnames recover --adopt {release}`" in asked
    assert sorted(ran["adopted"]) == ["front-web-1", f"front-web-1:{WEST}"]
    assert written == []
    assert has == had
    assert found == [NAMES, NAMES]
    assert left(aws, HOME, WEST) == before
