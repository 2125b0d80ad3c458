"""An update that is killed while it takes a group over."""

from collections.abc import Callable

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch
from tests.faults import FaultProxy, Hold
from tests.program import Program, kill_all

from .account import CONFIGURATION, GROUP, group, launched, seed, unchanging


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", ["ec2.CreateLaunchTemplate", "autoscaling.UpdateAutoScalingGroup"])
def test_a_killed_update_has_changed_the_group_wholly_or_not_at_all_and_the_next_one_completes_it(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, proxy: FaultProxy, call: str, *, after: bool
) -> None:
    """With one image and one template, whatever AWS had done of the call."""
    aws.settings(pending_seconds=0)
    seed(aws)
    before = unchanging(aws)
    config = {"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": {"adopt": GROUP}}
    stack = program(config, endpoint=proxy.url)
    proxy.schedule.at(call, 1, Hold(after=after))

    with stack.start("up", "--yes", "--skip-preview") as process:
        proxy.held()
        kill_all(process)
        process.communicate()
    proxy.release()
    proxy.settle()
    left = group(aws).get("LaunchConfigurationName"), unchanging(aws)
    stack.snapnames("recover")
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    moved = call.startswith("autoscaling") and after
    assert left == (None if moved else CONFIGURATION, before)
    assert list(images(ec2)) == ["web-1"]
    assert launched(aws)["ImageId"] == images(ec2)["web-1"]["ImageId"]
    assert len(ec2.describe_launch_templates()["LaunchTemplates"]) == 1
    assert unchanging(aws) == before
