"""A kill while EC2 copies, and while a copy is deleted: the commands that come next end it right."""

from collections.abc import Callable

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch
from tests.copies.regions import HOME, WEST, config, holdings, left
from tests.faults import FaultProxy, Hold
from tests.program import Program, killed_at_a_held_call

Make = Callable[..., Program]
UP = ("up", "--yes", "--skip-preview")
PARAMETER = "/front-web/ami"


def test_a_killed_copy_is_made_once_and_a_killed_delete_leaves_nothing(
    program: Make, aws: LocalAws, ec2: EC2Client, proxy: FaultProxy
) -> None:
    """Whatever CopyImage and DeleteSnapshot did after the kill, `recover` and one update end it, in each region."""
    source = launch(ec2, mappings=[])
    stack = program(config(source, ["1"], {WEST: {}}), proxy.url)
    proxy.schedule.at("ec2.CopyImage", 1, Hold(after=True))
    killed_at_a_held_call(stack, proxy, *UP)

    copied = stack.snapnames("recover", "--json").json
    stack.up("--skip-preview")
    made = holdings(aws, WEST)
    stack.preview("--expect-no-changes", "--refresh")
    stack.config = config(source, ["1"], {})
    proxy.schedule.at("ec2.DeleteSnapshot", 1, Hold(after=True))
    killed_at_a_held_call(stack, proxy, *UP)
    stack.snapnames("recover")
    stack.up("--skip-preview")

    assert copied["adopted"] == ["front-web-1:us-west-2"]
    assert made == {"front-web-1": {"/dev/sda1": "front-web-1(001)"}}
    assert left(aws, WEST) == {}
    assert holdings(aws, HOME) == {"front-web-1": {"/dev/sda1": "front-web-1(001)"}}


def test_a_killed_parameter_is_taken_in_in_each_region(
    program: Make, aws: LocalAws, ec2: EC2Client, proxy: FaultProxy
) -> None:
    """AWS makes no second one of the name, so the next update would fail at it."""
    stack = program({**config(launch(ec2, mappings=[]), ["1"], {WEST: {}}), "parameter": PARAMETER}, proxy.url)
    for _ in (HOME, WEST):
        proxy.schedule.at("ssm.PutParameter", 1, Hold(after=True))
        killed_at_a_held_call(stack, proxy, *UP)
        stack.snapnames("recover")
    stack.up("--skip-preview")

    values = {
        region: aws.client("ssm", region).get_parameter(Name=PARAMETER)["Parameter"]["Value"] for region in (HOME, WEST)
    }
    outputs = stack.outputs()
    stack.preview("--expect-no-changes", "--refresh")
    stack.destroy()

    assert values == {HOME: outputs["images"]["1"], WEST: outputs["copies"]["1"][WEST]}
    assert left(aws, HOME, WEST) == {}
    assert [aws.client("ssm", region).describe_parameters()["Parameters"] for region in (HOME, WEST)] == [[], []]
