"""The real engine and provider behind the proxy."""

from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, names
from tests.faults import Answer, Buckets, Call, FaultProxy, Rate
from tests.program import Program

RELEASE = "20180307231207"
IMAGE = f"front-web-{RELEASE}"
NAMES = {"/dev/sda1": f"{IMAGE}(001)", "/dev/sdf": f"{IMAGE}(002)", "/dev/sdg": f"{IMAGE}(003)"}


@pytest.fixture
def config(ec2: EC2Client) -> dict[str, Any]:
    """One release of an instance with three EBS volumes, and a fleet that launches from it."""
    fleet = {"instanceType": "t3.micro", "minSize": 1, "maxSize": 2, "zones": ["ap-northeast-2a"]}
    return {"service": "front-web", "source": launch(ec2), "releases": [RELEASE], "fleet": fleet}


def test_a_stack_comes_up_and_goes_through_the_proxy_unharmed(
    aws: LocalAws, ec2: EC2Client, program: Callable[..., Program], config: dict[str, Any]
) -> None:
    """And every call of it is counted, as the local AWS counts it."""
    with FaultProxy(aws.url) as proxy:
        stack = program(config, endpoint=proxy.url)
        mark = aws.mark()
        stack.up("--skip-preview")
        up = aws.calls(mark)
        built = names(ec2, IMAGE)
        mark = aws.mark()
        stack.destroy()
        down = aws.calls(mark)

    assert Counter(call.name for call in proxy.calls()) == Counter(up + down)
    assert {call.answer for call in proxy.calls()} == {Answer.PASSED}
    assert built == NAMES
    assert images(ec2) == {}


@pytest.mark.fault("throttled (RequestLimitExceeded)")
def test_a_throttled_naming_ends_with_every_name_right(
    aws: LocalAws, ec2: EC2Client, program: Callable[..., Program], config: dict[str, Any]
) -> None:
    """With a bucket of one token that is half full again at each call, so that each second call is over it."""
    half_seconds = count(step=500_000_000)
    buckets = Buckets({"ec2.CreateTags": Rate(1, 1)}, lambda: next(half_seconds))

    with FaultProxy(aws.url, buckets=buckets) as proxy:
        stack = program(config, endpoint=proxy.url)
        stack.up("--skip-preview")
        stack.preview("--expect-no-changes", "--refresh")

    assert names(ec2, IMAGE) == NAMES
    assert [call for call in proxy.writes() if call.name == "ec2.CreateTags"] == [
        Call("ec2.CreateTags", answer)
        for answer in (Answer.PASSED, Answer.THROTTLED, Answer.PASSED, Answer.THROTTLED, Answer.PASSED)
    ]
