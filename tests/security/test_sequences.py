"""Sequences of calls under each policy of docs/: what they do to things of others is what docs/security.md admits."""

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import ACCESS_KEY, LocalAws

from tests.account import launch
from tests.program import ROOT

from .documents import Document, part, whole, without
from .explorer import harms

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
BEFORE: Document = json.loads((ROOT / "tests" / "security" / "before" / "deploy.json").read_text(encoding="utf-8"))
"""A policy that undoes its own limits: it decides by a name that it lets its holder write."""

THEIR_SNAPSHOTS = ("snap-admin", "snap-backup", "snap-unnamed")
ADMITTED = {
    "names a snapshot that has no Name": {"names snap-unnamed"},
    "gives every snapshot another Name": {f"{verb} {one}" for verb in ("names", "renames") for one in THEIR_SNAPSHOTS},
    "launches any image by a launch configuration": {
        *(f"makes a launch configuration of {one}" for one in ("ami-admin", "ami-base")),
        *(f"launches {one}" for one in ("ami-admin", "ami-base")),
    },
    "moves the group that is taken over to a template of this stack": {"changes asg:web-prod"},
    "deletes a snapshot that has no Name": {"deletes snap-unnamed"},
    "deletes every snapshot": {f"deletes {one}" for one in THEIR_SNAPSHOTS},
    "deletes every image and snapshot without the tag of a stack or of a backup tool": {
        "deletes ami-base",
        *(f"deletes {one}" for one in THEIR_SNAPSHOTS),
    },
    "nothing": set[str](),
}
"""What the page says of a policy, and what the explorer calls it."""


def documents(cell: str) -> Document:
    """The policy of a row: files in backticks, and after `without` the statements that are left out."""
    kept, _, left_out = cell.partition("without")
    found: Document = {"Version": "2012-10-17", "Statement": []}
    for name in re.findall(r"`([\w-]+)\.json`", kept):
        found["Statement"] += (whole() if name == "iam-policy" else part(name))["Statement"]
    for sid in re.findall(r"`(\w+)`", left_out):
        found = without(found, sid)
    return found


def rows() -> dict[str, str]:
    """The table of the page: policy to what its holder can do."""
    section = PAGE.partition("## What a holder of a policy can still do")[2].partition("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return {cell[0]: cell[1] for cell in cells[2:]}


@pytest.mark.parametrize("policy", rows())
def test_no_sequence_of_three_calls_does_more_to_others_than_the_page_says_and_none_does_less(policy: str) -> None:
    """In an account with another service, whose name begins with the name of this one, and with backups."""
    said = [sentence.strip() for sentence in rows()[policy].split(";")]

    assert set(harms(documents(policy))) == set().union(*(ADMITTED[sentence] for sentence in said))


def test_every_policy_is_in_the_table() -> None:
    """And in it alone, or beside those that it is for."""
    named = set(re.findall(r"`([\w-]+)\.json`", " ".join(rows())))

    assert named == {"iam-policy", *(path.stem for path in (ROOT / "docs" / "iam").glob("*.json"))}


@pytest.mark.parametrize(
    ("harm", "calls"),
    [
        ("deletes snap-backup", ["CreateTags snap-backup Name=front-web-x", "DeleteSnapshot snap-backup"]),
        ("deletes snap-admin", ["DeleteSnapshot snap-admin"]),
        ("deletes lc:front-web-admin-1a2b3c4", ["DeleteLaunchConfiguration lc:front-web-admin-1a2b3c4"]),
        ("tags asg:front-web-1234567", ["CreateOrUpdateTags asg:front-web-1234567 access=granted"]),
        ("launches ami-admin", ["UpdateAutoScalingGroup asg:front-web-1234567 lc:front-web-admin-1a2b3c4"]),
        (
            "launches ami-base",
            [
                "CreateLaunchConfiguration lc:front-web-0000000 ami-base",
                "UpdateAutoScalingGroup asg:front-web-1234567 lc:front-web-0000000",
            ],
        ),
    ],
)
def test_a_policy_that_undoes_its_own_limits_is_caught(harm: str, calls: list[str]) -> None:
    """An explorer that finds nothing would show nothing."""
    assert harms(BEFORE)[harm] == tuple(calls)


@pytest.mark.parametrize("policy", ["deploy", "prune"])
def test_a_named_snapshot_of_somebody_else_is_neither_renamed_nor_deleted_over_the_wire(
    aws: LocalAws, ec2: EC2Client, policy: str
) -> None:
    """A backup, and one of a service front-web-admin: the local AWS asks the same as the explorer."""
    volume = ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1)["VolumeId"]
    theirs = [ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(2)]
    for snapshot_id, name in zip(theirs, ("nightly backup", "front-web-admin-1(001)"), strict=True):
        ec2.create_tags(Resources=[snapshot_id], Tags=[{"Key": "Name", "Value": name}])
    like_ours: Any = [{"Key": "Name", "Value": "front-web-x"}]
    aws.restrict(ACCESS_KEY, part(policy))

    refused = []
    for snapshot_id in theirs:
        calls: list[Callable[[], object]] = [
            partial(ec2.create_tags, Resources=[snapshot_id], Tags=like_ours),
            partial(ec2.delete_tags, Resources=[snapshot_id], Tags=[{"Key": "Name"}]),
            partial(ec2.delete_snapshot, SnapshotId=snapshot_id),
        ]
        for call in calls:
            with pytest.raises(ClientError) as raised:
                call()
            refused.append(raised.value.response["Error"]["Code"])

    assert refused == ["UnauthorizedOperation"] * 6


def test_a_group_gets_no_foreign_launch_configuration_tag_key_or_subnet_over_the_wire(
    aws: LocalAws, ec2: EC2Client
) -> None:
    """The subnets are limited as the page says."""
    groups, image = aws.client("autoscaling"), ec2.create_image(InstanceId=launch(ec2), Name="web", NoReboot=True)
    own, foreign = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    for name in ("front-web-1a2b3c4", "front-web-admin-1a2b3c4"):
        groups.create_launch_configuration(
            LaunchConfigurationName=name, ImageId=image["ImageId"], InstanceType="t3.micro"
        )
    template: Any = {"ImageId": image["ImageId"], "InstanceType": "t3.micro"}
    made = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=template)["LaunchTemplate"]
    first: Any = {"LaunchTemplateId": made["LaunchTemplateId"], "Version": "1"}
    latest: Any = {**first, "Version": "$Latest"}
    mark: Any = {"Key": "snapnames:stack", "Value": "organization/snapnames/production", "PropagateAtLaunch": False}
    group: Any = {"AutoScalingGroupName": "front-web-1234567"}
    new: Any = {"MinSize": 0, "MaxSize": 0, "Tags": [mark], "LaunchConfigurationName": "front-web-1a2b3c4"}
    ours: Any = {"Key": mark["Key"], "Value": mark["Value"]}
    ec2.create_tags(Resources=[image["ImageId"], made["LaunchTemplateId"]], Tags=[ours])
    aws.restrict(ACCESS_KEY, _limited(own))

    groups.create_auto_scaling_group(**group, **new, VPCZoneIdentifier=own)
    groups.create_or_update_tags(Tags=[_tag("team", "a")])
    groups.update_auto_scaling_group(**group, MaxSize=1, LaunchTemplate=first)
    refused = []
    calls: list[Callable[[], object]] = [
        lambda: groups.update_auto_scaling_group(**group, LaunchConfigurationName="front-web-admin-1a2b3c4"),
        lambda: groups.update_auto_scaling_group(**group, VPCZoneIdentifier=f"{own},{foreign}"),
        lambda: groups.update_auto_scaling_group(**group, LaunchTemplate=latest),
        lambda: groups.create_or_update_tags(Tags=[_tag("access", "granted")]),
        lambda: groups.create_or_update_tags(Tags=[_tag("snapnames:stack", "another")]),
    ]
    for call in calls:
        with pytest.raises(ClientError) as raised:
            call()
        refused.append(raised.value.response["Error"]["Code"])

    assert refused == ["AccessDenied"] * 5


def _tag(key: str, value: str) -> Any:  # noqa: ANN401 -- as the client takes it
    group = {"ResourceId": "front-web-1234567", "ResourceType": "auto-scaling-group", "PropagateAtLaunch": True}
    return {**group, "Key": key, "Value": value}


def _limited(subnet: str) -> Document:
    """The policy of who deploys, with the conditions that the page offers for subnets and template versions."""
    document = part("deploy")
    for statement in document["Statement"]:
        if statement["Sid"] in ("MakeGroup", "ChangeGroup"):
            condition = statement["Condition"]
            condition["ForAllValues:StringEquals"]["autoscaling:VPCZoneIdentifiers"] = [subnet]
            condition["BoolIfExists"] = {"autoscaling:LaunchTemplateVersionSpecified": "true"}
    return document
