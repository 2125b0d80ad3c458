"""A release whose image somebody has disabled: EC2 launches nothing from it, and it holds up nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.errors import InputError
from snapnames.program.live_image import heed_disabled
from snapnames.rules.images import Image
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch
from tests.commands.rolling import running, service
from tests.config.readings import FLEET, GOOD, read
from tests.program import Program

DISABLED = Image("ami-1", "front-web-1", datetime(2018, 3, 7, tzinfo=UTC), state="disabled")
LIVE_1 = {**GOOD, "live": "1"}
RAN: list[dict[str, Any]] = [{"release": "2", "since": "", "outcome": "rolled out"}]


@pytest.mark.parametrize(
    ("config", "before"),
    [
        ({**LIVE_1, "fleet": FLEET}, {"live": "2"}),
        ({**LIVE_1, "fleet": FLEET}, {}),
        (LIVE_1, {"front-web:history": RAN}),
    ],
)
def test_a_fleet_does_not_move_to_a_disabled_image(config: dict[str, Any], before: dict[str, Any]) -> None:
    """AWS would refuse the group's update when the launch template is made already."""
    with pytest.raises(InputError, match="Run `aws ec2 enable-image --image-id ami-1` first"):
        heed_disabled(read(config), before, DISABLED)


@pytest.mark.parametrize(
    ("config", "before", "image", "warned"),
    [
        ({**LIVE_1, "fleet": FLEET}, {"live": "1"}, DISABLED, True),
        ({**LIVE_1, "fleet": FLEET}, {"live": "2"}, replace(DISABLED, state="available"), False),
        ({**LIVE_1, "fleet": FLEET}, {"live": "2"}, None, False),
        (LIVE_1, {}, DISABLED, False),
    ],
)
def test_a_disabled_image_that_the_fleet_launches_already_is_only_told(
    capsys: pytest.CaptureFixture[str],
    config: dict[str, Any],
    before: dict[str, Any],
    image: Image | None,
    *,
    warned: bool,
) -> None:
    """It holds up no update. Without a fleet nothing launches it, and what is still to be built is not disabled."""
    heed_disabled(read(config), before, image)

    assert ("the fleet can launch no instance until you run" in capsys.readouterr().err) is warned


def test_a_rollback_to_a_disabled_release_ends_at_its_preview(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient
) -> None:
    """Once the image is enabled, it works."""
    aws.settings(pending_seconds=0)
    stack = program(service(launch(ec2), "1"))
    stack.up("--skip-preview")
    stack.snapnames("deploy", "--release", "2")
    stack.config["releases"] = ["2", "1"]
    image_id = images(ec2)["front-web-1"]["ImageId"]
    ec2.disable_image(ImageId=image_id)

    planned = stack.snapnames("rollback", "--preview", code=1).err
    ec2.enable_image(ImageId=image_id)
    stack.snapnames("rollback")

    assert (
        f"front-web-1 ({image_id}) is disabled: EC2 launches no instance from it. Run `aws ec2 enable-image" in planned
    )
    assert running(ec2, autoscaling) == {"front-web-1": 4}
