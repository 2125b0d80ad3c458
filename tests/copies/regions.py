"""A stack whose releases are copied to two regions, and what those regions have, as EC2 itself tells it."""

from typing import Any

from snapnames.testing.localaws.server import LocalAws

from tests.account import images

HOME, WEST, EU, SOUTH = "ap-northeast-2", "us-west-2", "eu-west-1", "eu-south-1"
"""The region of the stack, two that every account has, and one that is closed until the account opts in."""

WEST_KEY = "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FLEET = {"launch": "template", "instanceType": "t3.micro", "zones": [f"{HOME}a"]}


def config(source: str, *releases: str, **copies: dict[str, str]) -> dict[str, Any]:
    """Releases of this source, newest first; each copied to the regions, whose hyphens are underscores here."""
    regions = {region.replace("_", "-"): settings for region, settings in copies.items()}
    return {"service": "front-web", "releases": list(releases), "source": source, "copies": regions}


def holdings(aws: LocalAws, region: str) -> dict[str, dict[str, str | None]]:
    """Image name to the Name of each of its snapshots by device."""
    ec2 = aws.client("ec2", region)
    named = {
        one["SnapshotId"]: next((tag["Value"] for tag in one.get("Tags", []) if tag["Key"] == "Name"), None)
        for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    }
    return {
        name: {
            mapping["DeviceName"]: named.get(mapping["Ebs"]["SnapshotId"])
            for mapping in image["BlockDeviceMappings"]
            if "Ebs" in mapping
        }
        for name, image in images(ec2).items()
    }


def left(aws: LocalAws, *regions: str) -> dict[str, list[str]]:
    """Region to the ids of all images and snapshots there; nothing of a region that has none."""
    found = {}
    for region in regions:
        ec2 = aws.client("ec2", region)
        snapshots = [one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]]
        found[region] = [*(image["ImageId"] for image in images(ec2).values()), *snapshots]
    return {region: ids for region, ids in found.items() if ids}
