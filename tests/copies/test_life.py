"""One service in three regions through its whole life, as boto3 sees it in each region, and another account with it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import client_of, images, launch, writes
from tests.program import Program

from .regions import ALL, EU, FLEET, HOME, WEST, config, holdings, left, named

Make = Callable[..., Program]

OTHER = "222222222222"
PARAMETER = "/front-web/ami"
ACTIONS = ["kms:DescribeKey", "kms:CreateGrant", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:Decrypt"]


@pytest.fixture
def keys(aws: LocalAws) -> dict[str, str]:
    """A key in each region that the other account may use."""
    found = {}
    for region in ALL:
        kms = aws.client("kms", region)
        found[region] = kms.create_key()["KeyMetadata"]["Arn"]
        document = json.loads(kms.get_key_policy(KeyId=found[region], PolicyName="default")["Policy"])
        principal = {"AWS": f"arn:aws:iam::{OTHER}:root"}
        document["Statement"].append({"Effect": "Allow", "Principal": principal, "Action": ACTIONS, "Resource": "*"})
        kms.put_key_policy(KeyId=found[region], PolicyName="default", Policy=json.dumps(document))
    return found


def launched_by_other(aws: LocalAws, region: str, image_id: str) -> str:
    """The state of an instance that the other account has launched from an image."""
    ec2 = client_of(aws, f"arn:aws:iam::{OTHER}:role/deploy", region)
    made = ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    state = ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]["State"]["Name"]
    ec2.terminate_instances(InstanceIds=[made])
    return state


def ids(aws: LocalAws, release: str) -> dict[str, str]:
    """Region to the id of the image of a release there."""
    return {region: images(aws.client("ec2", region))[f"front-web-{release}"]["ImageId"] for region in ALL}


def parameters(aws: LocalAws) -> dict[str, str]:
    """Region to the value of the parameter there."""
    found = {}
    for region in ALL:
        ssm = aws.client("ssm", region)
        if ssm.describe_parameters()["Parameters"]:
            found[region] = ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    return found


def permissions(aws: LocalAws, region: str, image_id: str) -> list[Any]:
    """Who may launch an image."""
    answer = aws.client("ec2", region).describe_image_attribute(ImageId=image_id, Attribute="launchPermission")
    return list(answer["LaunchPermissions"])


def test_a_service_lives_in_three_regions_and_is_launched_by_another_account(
    program: Make, aws: LocalAws, ec2: EC2Client, keys: dict[str, str]
) -> None:
    """Preview, update, drift in one region, next release, rollback, prune, a region dropped, destroy: nothing stays."""
    aws.settings(pending_seconds=0, refresh_seconds=0.05)
    encrypted = {"VolumeSize": 1, "Encrypted": True, "KmsKeyId": keys[HOME]}
    volume: Any = {"DeviceName": "/dev/sdf", "Ebs": encrypted}
    source = launch(ec2, mappings=[volume])
    copies = {region: {"kmsKeyId": keys[region]} for region in (WEST, EU)}
    before = left(aws, *ALL)
    more = {"fleet": {**FLEET, "instanceRefresh": {}}, "shareWith": {"accounts": [OTHER]}, "parameter": PARAMETER}
    stack = program(config(source, ["1"], copies, **more))

    mark = aws.mark()
    previewed = {step["newState"]["urn"].split("::", 3)[3] for step in stack.steps() if step["op"] == "create"}
    asked = writes(aws, mark)
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes", "--refresh")
    first = ids(aws, "1")

    called = ("front-web-1", f"front-web-1:{WEST}", f"front-web-1:{EU}")
    assert {f"{name}:{device}" for name in called for device in ("/dev/sda1", "/dev/sdf")} <= previewed
    assert asked == []
    assert [holdings(aws, region) for region in ALL] == [named("1")] * 3
    assert parameters(aws) == first
    assert {region: launched_by_other(aws, region, first[region]) for region in ALL} == dict.fromkeys(ALL, "running")

    _mends_drift_in_one_region(stack, aws, first[EU])

    stack.snapnames("deploy", "--release", "2")
    stack.config["releases"] = ["2", "1"]
    second = ids(aws, "2")
    assert [holdings(aws, region) for region in ALL] == [named("1", "2")] * 3
    assert parameters(aws) == second

    stack.snapnames("rollback")
    stack.config["live"] = "1"
    assert parameters(aws) == first
    assert [holdings(aws, region) for region in ALL] == [named("1", "2")] * 3

    pruned = stack.snapnames("prune", "--keep", "1", "--json").json
    stack.config["releases"] = ["1"]
    del stack.config["live"]
    assert pruned["dropped"] == ["2"]
    assert [holdings(aws, region) for region in ALL] == [named("1")] * 3

    stack.config["copies"] = {EU: copies[EU]}
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes", "--refresh")
    assert [holdings(aws, region) for region in ALL] == [named("1"), {}, named("1")]
    assert parameters(aws) == {region: first[region] for region in (HOME, EU)}
    assert {region: launched_by_other(aws, region, first[region]) for region in (HOME, EU)} == {
        HOME: "running",
        EU: "running",
    }

    stack.destroy()
    assert left(aws, *ALL) == before
    assert parameters(aws) == {}


def _mends_drift_in_one_region(stack: Program, aws: LocalAws, copy: str) -> None:
    """A Name that somebody edited and a permission that somebody took away: one call for each, in that region alone."""
    ec2 = aws.client("ec2", EU)
    [snapshot] = [
        mapping["Ebs"]["SnapshotId"]
        for mapping in images(ec2)["front-web-1"]["BlockDeviceMappings"]
        if mapping["DeviceName"] == "/dev/sdf"
    ]
    ec2.create_tags(Resources=[snapshot], Tags=[{"Key": "Name", "Value": "somebody's"}])
    ec2.reset_image_attribute(ImageId=copy, Attribute="launchPermission")
    mark = aws.mark()

    shown = stack.preview("--refresh").out
    stack.up("--skip-preview", "--refresh")

    assert "+ 1 to create\n    ~ 1 to update\n    2 changes." in shown
    assert sorted(call for call in writes(aws, mark) if call.startswith("ec2.")) == [
        "ec2.CreateTags",
        "ec2.ModifyImageAttribute",
    ]
    assert holdings(aws, EU) == named("1")
    assert permissions(aws, EU, copy) == [{"UserId": OTHER}]
