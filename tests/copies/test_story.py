"""Releases in three regions, from the first deployment to the end of the stack."""

from collections.abc import Callable

from snapnames.testing.localaws.server import LocalAws

from tests.account import images
from tests.program import STACK_TAG, Program

from .regions import ALL, EU, FLEET, HOME, WEST, config, holdings, left, named

TOLD = {
    "description": "the front page",
    "imageTags": {"team": "web"},
    "snapshotTags": {"cost": "7"},
    "deprecateAfter": "48h",
}
"""What a copy has of its release, beside the names."""


def test_every_release_is_in_every_region_with_a_name_on_each_snapshot_and_nothing_stays(
    program: Callable[..., Program], aws: LocalAws, source: str
) -> None:
    """Preview, deployment, next release, a region added, one dropped, a release dropped, destroy."""
    key = aws.client("kms", WEST).create_key()["KeyMetadata"]["Arn"]
    west = {WEST: {"kmsKeyId": key}}
    before = left(aws, *ALL)
    stack = program(config(source, ["1"], west, fleet=FLEET, **TOLD))

    previewed = _previewed_names(stack)
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    assert previewed == {
        "front-web-1:/dev/sda1": "front-web-1(001)",
        "front-web-1:/dev/sdf": "front-web-1(002)",
        f"front-web-1:{WEST}:/dev/sda1": "front-web-1(001)",
        f"front-web-1:{WEST}:/dev/sdf": "front-web-1(002)",
    }
    assert [holdings(aws, region) for region in ALL] == [named("1"), named("1"), {}]
    _copy_is_as_its_release(aws, key)
    assert stack.outputs()["copies"] == {"1": {WEST: images(aws.client("ec2", WEST))["front-web-1"]["ImageId"]}}

    stack.config.update(releases=["2", "1"], copies={**west, EU: {}})
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    assert [holdings(aws, region) for region in ALL] == [named("1", "2")] * 3

    stack.config.update(releases=["2"], copies={EU: {}})
    previewed_drop = stack.preview().out
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    assert f"in {WEST}, since snapnames:copies does not list the region" in previewed_drop
    assert f"in {EU}, since snapnames:releases does not list their releases" in previewed_drop
    assert [holdings(aws, region) for region in ALL] == [named("2"), {}, named("2")]
    assert left(aws, WEST) == {}

    stack.destroy()

    assert left(aws, *ALL) == before


def _previewed_names(stack: Program) -> dict[str, str]:
    """Resource to the Name that it gives a snapshot, of a preview."""
    made = [step["newState"] for step in stack.steps() if step["op"] == "create"]
    return {
        state["urn"].split("::", 3)[3]: state["inputs"]["value"]
        for state in made
        if state["type"] == "aws:ec2/tag:Tag" and state["inputs"]["key"] == "Name"
    }


def _copy_is_as_its_release(aws: LocalAws, key: str) -> None:
    home, west = (images(aws.client("ec2", region))["front-web-1"] for region in (HOME, WEST))
    for image in (home, west):
        tags = {tag["Key"]: tag["Value"] for tag in image["Tags"]}
        assert tags == {
            "Name": "front-web-1",
            "team": "web",
            "snapnames:stack": STACK_TAG,
            "snapnames:service": "front-web",
        }
        assert image["Description"] == "the front page"
    assert (west["SourceImageId"], west["SourceImageRegion"]) == (home["ImageId"], HOME)
    assert west["DeprecationTime"] == home["DeprecationTime"]
    snapshots = aws.client("ec2", WEST).describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert {(one["Encrypted"], one["KmsKeyId"]) for one in snapshots} == {(True, key)}
    assert {tag["Value"] for one in snapshots for tag in one["Tags"] if tag["Key"] == "cost"} == {"7"}
