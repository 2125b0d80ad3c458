"""The regions of an account, and that what is in one of them is in no other."""

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch

OPT_IN = "eu-south-1"


def names(ec2: EC2Client, *, everything: bool = False) -> dict[str, str]:
    """The regions that EC2 shows, with their status."""
    return {one["RegionName"]: one["OptInStatus"] for one in ec2.describe_regions(AllRegions=everything)["Regions"]}


def test_a_region_that_needs_an_opt_in_shows_only_with_it_or_if_all_are_asked_for(aws: LocalAws) -> None:
    """17 regions are enabled in every account. Those of other partitions never show."""
    ec2 = aws.client("ec2")
    before, everything = names(ec2), names(ec2, everything=True)
    aws.ec2(opted_in=[OPT_IN])

    assert (len(before), set(before.values())) == (17, {"opt-in-not-required"})
    assert everything[OPT_IN] == "not-opted-in"
    assert not any(name.startswith(("cn-", "us-gov-")) for name in everything)
    assert {**before, OPT_IN: "opted-in"} == names(ec2)


def test_a_region_is_found_by_its_name_and_by_filters(aws: LocalAws) -> None:
    """Also one that is not enabled. A name that no region has is refused."""
    ec2 = aws.client("ec2")
    named = ec2.describe_regions(RegionNames=[OPT_IN])["Regions"]
    filtered = ec2.describe_regions(Filters=[{"Name": "region-name", "Values": ["us-*"]}])["Regions"]

    assert [(one["RegionName"], one["Endpoint"]) for one in named] == [(OPT_IN, f"ec2.{OPT_IN}.amazonaws.com")]
    assert {one["RegionName"] for one in filtered} == {"us-east-1", "us-east-2", "us-west-1", "us-west-2"}
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        ec2.describe_regions(RegionNames=["mars-north-1"])


def test_a_region_that_is_not_enabled_knows_nobody(aws: LocalAws) -> None:
    """After the opt-in it answers."""
    with pytest.raises(ClientError, match="AuthFailure"):
        aws.client("ec2", OPT_IN).describe_images(Owners=["self"])
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        aws.client("autoscaling", OPT_IN).describe_auto_scaling_groups()
    aws.ec2(opted_in=[OPT_IN])

    assert aws.client("ec2", OPT_IN).describe_images(Owners=["self"])["Images"] == []


def test_what_is_in_one_region_is_in_no_other(aws: LocalAws) -> None:
    """Images, snapshots and volumes."""
    here, there = aws.client("ec2", "eu-west-1"), aws.client("ec2", "us-east-1")
    image_id = here.create_image(InstanceId=launch(here), Name="web-1", NoReboot=True)["ImageId"]

    assert [one["ImageId"] for one in here.describe_images(Owners=["self"])["Images"]] == [image_id]
    assert here.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert there.describe_images(Owners=["self"])["Images"] == []
    assert there.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
    assert there.describe_volumes()["Volumes"] == []
