"""A stack whose releases are copied to other regions, and what those regions have, as EC2 itself tells it."""

from typing import Any

from snapnames.testing.localaws.server import LocalAws

from tests.account import images

HOME, WEST, EU = "ap-northeast-2", "us-west-2", "eu-west-1"
"""The region of the stack, and two that every account has."""

CLOSED = "eu-south-1"
"""A region that an account has only after an opt-in: until then every call there is refused."""

ALL = (HOME, WEST, EU)
FLEET = {"launch": "template", "instanceType": "t3.micro", "zones": [f"{HOME}a"]}


def config(source: str, releases: list[str], copies: dict[str, Any], **more: object) -> dict[str, Any]:
    """Releases of this source, newest first, copied to these regions."""
    return {"service": "front-web", "releases": releases, "source": source, "copies": copies, **more}


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


def named(*releases: str) -> dict[str, dict[str, str | None]]:
    """What a region has when each of these releases has a root volume and one more, and both snapshots have a Name."""
    return {
        f"front-web-{release}": {"/dev/sda1": f"front-web-{release}(001)", "/dev/sdf": f"front-web-{release}(002)"}
        for release in releases
    }


def left(aws: LocalAws, *regions: str) -> dict[str, list[str]]:
    """Region to the ids of all images and snapshots there; nothing of a region that has none."""
    found = {}
    for region in regions:
        ec2 = aws.client("ec2", region)
        snapshots = [one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]]
        found[region] = [*(image["ImageId"] for image in images(ec2).values()), *snapshots]
    return {region: ids for region, ids in found.items() if ids}
