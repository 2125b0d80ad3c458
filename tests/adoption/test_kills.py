"""An update that is killed while it takes a group over."""

import os
from collections.abc import Callable
from functools import partial
from itertools import product

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, names
from tests.faults import FaultProxy, Hold, is_write
from tests.program import Program, killed_at_a_held_call

from .account import GROUP, group, launched, public_image, running, seed, unchanging
from .templates import seed_template

ACCOUNTS: dict[str, Callable[[LocalAws], object]] = {
    "configuration": seed,
    "template": partial(seed_template, version="$Latest", interfaces=[{"DeviceIndex": 0, "NetworkCardIndex": 0}]),
}
WRITES = 7
"""The mark and the name of an old image, the new image and its name, the template, the group, and its refresh."""

EACH = [*product(ACCOUNTS, range(1, WRITES + 1), [False, True])]
SOME = [("configuration", 6, False), ("configuration", 6, True), ("template", 5, True), ("template", 7, False)]
"""Before and after the group moves, and behind a template that nothing launches yet."""


@pytest.mark.parametrize(("kind", "nth", "after"), EACH if os.environ.get("SNAPNAMES_EVERY_KILL") else SOME)
def test_a_killed_update_has_changed_the_group_wholly_or_not_at_all_and_the_next_one_completes_it(
    program: Callable[..., Program],
    aws: LocalAws,
    ec2: EC2Client,
    proxy: FaultProxy,
    kind: str,
    nth: int,
    *,
    after: bool,
) -> None:
    """An old image is taken in, and a release rolled out. Whatever AWS had done of the call, nothing is made twice."""
    aws.settings(pending_seconds=0)
    ACCOUNTS[kind](aws)
    source = launch(ec2, mappings=[])
    old = ec2.create_image(InstanceId=source, Name="web-1", NoReboot=True)["ImageId"]
    launched_before, before, runs = _launched(aws), unchanging(aws), running(aws)
    fleet = {"adopt": GROUP, "instanceRefresh": {}}
    config = {"service": "web", "source": source, "releases": ["2", "1"], "takenIn": {"1": old}, "fleet": fleet}
    stack = program(config, endpoint=proxy.url)
    templates = len(ec2.describe_launch_templates()["LaunchTemplates"])
    proxy.schedule.at(is_write, nth, Hold(after=after))

    held = killed_at_a_held_call(stack, proxy, "up", "--yes", "--skip-preview")
    left, left_running = _launched(aws), running(aws)
    assert unchanging(aws) == before
    stack.snapnames("recover")
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    new = images(ec2)["web-2"]["ImageId"]
    moved = (held.name, after) == ("autoscaling.UpdateAutoScalingGroup", True) or "Refresh" in held.name
    assert left == (new if moved else launched_before)
    assert {*left_running} <= {*runs, new}
    assert images(ec2).keys() == {"web-1", "web-2"}
    assert [set(names(ec2, name).values()) for name in ("web-1", "web-2")] == [{"web-1(001)"}, {"web-2(001)"}]
    assert (launched(aws)["ImageId"], {*running(aws)}) == (new, {new})
    assert len(ec2.describe_launch_templates()["LaunchTemplates"]) == templates + 1
    assert unchanging(aws) == before


def _launched(aws: LocalAws) -> str:
    """The image that the group launches: it has a launch configuration, or a launch template."""
    if "LaunchConfigurationName" in group(aws):
        return public_image(aws)
    image_id: str = launched(aws)["ImageId"]
    return image_id
