"""What an image says of itself, and when it becomes deprecated."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mypy_boto3_ec2 import EC2Client

from tests.account import images, names, snapshot_ids
from tests.program import Program

Make = Callable[[Mapping[str, Any]], Program]


def _deprecated(ec2: EC2Client, name: str) -> datetime:
    return datetime.fromisoformat(images(ec2)[name]["DeprecationTime"])


def test_an_image_is_deprecated_a_time_span_after_its_build_and_a_later_span_is_for_later_images(
    program: Make, ec2: EC2Client, source: str
) -> None:
    """The end of the day, so that a later preview has no change."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "deprecateAfter": "48h"})
    earliest = datetime.now(UTC) + timedelta(hours=48)
    stack.up("--skip-preview")
    latest = datetime.now(UTC) + timedelta(hours=48)
    first = _deprecated(ec2, "front-web-1")
    stack.preview("--expect-no-changes")
    stack.config.update(releases=["2", "1"], deprecateAfter="480h")

    stack.up("--skip-preview")

    assert earliest < first <= latest + timedelta(days=1)
    assert (first.hour, first.minute) == (0, 0)
    assert _deprecated(ec2, "front-web-1") == first
    assert _deprecated(ec2, "front-web-2") > first + timedelta(hours=400)


def test_the_description_of_a_built_image_changes_in_place(program: Make, ec2: EC2Client, source: str) -> None:
    """No image is made for it."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "description": "of the web"})
    stack.up("--skip-preview")
    first = images(ec2)["front-web-1"]
    stack.config["description"] = "of the front"

    stack.up("--skip-preview")

    second = images(ec2)["front-web-1"]
    assert (first["Description"], second["Description"]) == ("of the web", "of the front")
    assert first["ImageId"] == second["ImageId"]


def test_further_tags_are_declared_on_each_snapshot_and_go_when_they_leave_the_config(
    program: Make, ec2: EC2Client, source: str
) -> None:
    """Beside the Name, which stays."""
    config = {"service": "front-web", "releases": ["1"], "source": source}
    stack = program({**config, "snapshotTags": {"cost": "web", "team": "front"}})
    stack.up("--skip-preview")
    made = _tags(ec2)
    stack.config["snapshotTags"] = {"cost": "front"}

    stack.up("--skip-preview")

    assert made == [{"cost": "web", "team": "front"}] * 2
    assert _tags(ec2) == [{"cost": "front"}] * 2
    assert sorted(filter(None, names(ec2, "front-web-1").values())) == ["front-web-1(001)", "front-web-1(002)"]


def _tags(ec2: EC2Client) -> list[dict[str, str]]:
    """The tags but for the Name of each snapshot."""
    found = ec2.describe_snapshots(SnapshotIds=sorted(snapshot_ids(ec2)))["Snapshots"]
    return [{tag["Key"]: tag["Value"] for tag in s.get("Tags", []) if tag["Key"] != "Name"} for s in found]
