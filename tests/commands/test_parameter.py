"""A parameter of Systems Manager names the image of the release that is live, and of no other."""

from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch
from tests.program import STACK_TAG

from .rolling import Make, service

NAME = "/front-web/ami"


@pytest.fixture
def source(aws: LocalAws, ec2: EC2Client) -> str:
    """An instance to make images of, in an account whose images are made at once."""
    aws.settings(pending_seconds=0)
    return launch(ec2)


def parameter(aws: LocalAws) -> tuple[str, int]:
    """The value of the parameter, and how often it was written."""
    found: dict[str, Any] = aws.client("ssm").get_parameter(Name=NAME)["Parameter"]
    return found["Value"], found["Version"]


def test_the_parameter_follows_what_the_fleet_runs(program: Make, aws: LocalAws, ec2: EC2Client, source: str) -> None:
    """It stays at the old image when a rollout fails, moves with a good one, and goes back with a rollback."""
    stack = program({**service(source, "1"), "parameter": NAME})
    stack.up("--skip-preview")
    first = parameter(aws)
    aws.settings(unhealthy_images=["front-web-2"], refresh_timeout_seconds=1)
    stack.snapnames("deploy", "--release", "2", code=1)
    failed = parameter(aws)
    aws.settings(unhealthy_images=[])
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")
    moved = parameter(aws)
    stack.preview("--expect-no-changes", "--refresh")
    stack.snapnames("rollback")
    back = parameter(aws)
    ids = {name: image["ImageId"] for name, image in images(ec2).items()}
    described = aws.client("ssm").describe_parameters()["Parameters"]
    stack.destroy()

    assert (first, failed) == ((ids["front-web-1"], 1), (ids["front-web-1"], 1))
    assert (moved, back) == ((ids["front-web-2"], 2), (ids["front-web-1"], 3))
    assert [(one["Name"], one["Type"], one["Description"]) for one in described] == [
        (NAME, "String", f"The image of the live release of front-web. The stack {STACK_TAG} moves it.")
    ]
    assert aws.client("ssm").describe_parameters()["Parameters"] == []


def test_a_parameter_of_another_owner_is_refused_before_anything_is_made(
    program: Make, aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """Without a fleet too. When it is gone, the preview tells the new one, and the update makes it."""
    aws.client("ssm").put_parameter(Name=NAME, Type="String", Value="ami-12345678")
    config = {"service": "front-web", "releases": ["1"], "source": source, "parameter": NAME}
    stack = program(config)

    said = stack.up("--skip-preview", code=1).out
    made = images(ec2)
    aws.client("ssm").delete_parameter(Name=NAME)
    stack.up("--skip-preview")

    assert (
        "snapnames:parameter is '/front-web/ami', and 123456789012 ap-northeast-2 has a parameter of that name" in said
    )
    assert "with the value 'ami-12345678', which this stack did not make: delete it, or give another name" in said
    assert made == {}
    assert parameter(aws) == (images(ec2)["front-web-1"]["ImageId"], 1)
