"""A team's own group, from the first deployment to the end of the stack."""

from collections.abc import Callable

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, snapshot_ids
from tests.program import Program

from .account import (
    CONFIGURATION,
    GROUP,
    REFRESH_SECONDS,
    group,
    launched,
    running,
    seed,
    set_aside,
    unchanging,
    watched,
)

FLEET = {"adopt": GROUP, "instanceRefresh": {}}


def test_only_what_a_group_launches_changes_and_it_outlives_the_stack(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client
) -> None:
    """Adopt and deploy, a bad release that goes back, more releases, rollback, prune, destroy.

    Nothing leaks, and nothing else moves: one instance is in standby all the time, and the group has a warm pool.
    """
    aws.settings(pending_seconds=0, refresh_seconds=REFRESH_SECONDS)
    seed(aws)
    standby = set_aside(aws)
    before, of_old = unchanging(aws), [group(aws)["LaunchConfigurationName"]]
    stack = program({"service": "web", "source": "fleet", "releases": ["1"], "fleet": FLEET})

    steps = {(step["op"], step["urn"].rpartition("::")[2]) for step in stack.steps()}
    untouched = (group(aws)["LaunchConfigurationName"], unchanging(aws))
    stack.up("--skip-preview")
    after_first = (running(aws), unchanging(aws), launched(aws))
    stack.preview("--expect-no-changes")

    assert {("import", "web-adopted"), ("create", "web"), ("create", "web-1")} <= steps
    assert not {op for op, _ in steps} & {"delete", "replace"}
    assert untouched == (CONFIGURATION, before)
    first = images(ec2)["web-1"]["ImageId"]
    assert after_first[:2] == ([first] * 4, before)
    assert {key: after_first[2][key] for key in ("ImageId", "InstanceType", "MetadataOptions")} == {
        "ImageId": first,
        "InstanceType": "t3.small",
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
    }
    assert of_old == [CONFIGURATION]
    with watched(aws) as healthy:
        _bad_release_goes_back(stack, aws, ec2, first)
        _next_release_drops_the_first(stack, aws, ec2)
        _more_releases_a_rollback_and_a_prune(stack, aws, ec2)
    _destroy_leaves_what_runs(stack, aws, ec2)
    assert unchanging(aws) == before
    assert [one["InstanceId"] for one in before["standby"]] == [standby]
    # A refresh keeps 90 percent of four, which is 3.6, and replaces at least one at a time.
    assert 3 <= min(healthy) <= max(healthy) <= 5


def _bad_release_goes_back(stack: Program, aws: LocalAws, ec2: EC2Client, first: str) -> None:
    aws.settings(unhealthy_images=["web-2"], refresh_timeout_seconds=1)

    bad = stack.snapnames("deploy", "--release", "2", code=1)

    assert running(aws) == [first] * 4, bad.out
    assert launched(aws)["ImageId"] == first
    assert sorted(images(ec2)) == ["web-1", "web-2"]
    aws.settings(unhealthy_images=[], refresh_timeout_seconds=3600)


def _next_release_drops_the_first(stack: Program, aws: LocalAws, ec2: EC2Client) -> None:
    stack.snapnames("deploy", "--release", "3", "--keep", "1", "--drop", "2")
    stack.config["releases"] = ["3"]

    [(name, image)] = images(ec2).items()
    assert (name, running(aws)) == ("web-3", [image["ImageId"]] * 4)
    [template] = ec2.describe_launch_templates()["LaunchTemplates"]
    versions = ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"])
    assert [one["LaunchTemplateData"]["ImageId"] for one in versions["LaunchTemplateVersions"]] == [image["ImageId"]]


def _more_releases_a_rollback_and_a_prune(stack: Program, aws: LocalAws, ec2: EC2Client) -> None:
    for release in ("4", "5"):
        stack.snapnames("deploy", "--release", release)
        stack.config["releases"] = [release, *stack.config["releases"]]
    back = stack.snapnames("rollback", "--json").json
    stack.config["live"] = back["live"]
    after_rollback = running(aws)

    dropped = stack.snapnames("prune", "--keep", "2", "--json").json
    stack.config["releases"] = dropped["releases"]

    there = images(ec2)
    assert back["live"] == "4"
    assert after_rollback == running(aws) == [there["web-4"]["ImageId"]] * 4
    assert (dropped["dropped"], dropped["kept"], dropped["left_snapshots"]) == (["5"], [], [])
    assert sorted(there) == ["web-3", "web-4"]
    assert len(snapshot_ids(ec2)) == 2


def _destroy_leaves_what_runs(stack: Program, aws: LocalAws, ec2: EC2Client) -> None:
    kept, runs = images(ec2)["web-4"], group(aws)

    stack.destroy()

    [snapshot] = [one["Ebs"]["SnapshotId"] for one in kept["BlockDeviceMappings"] if "Ebs" in one]
    assert (images(ec2), list(snapshot_ids(ec2)), group(aws)) == ({"web-4": kept}, [snapshot], runs)
    assert len(ec2.describe_launch_templates()["LaunchTemplates"]) == 1


def test_what_a_group_was_left_with_stays_also_when_the_stack_is_destroyed_later(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client
) -> None:
    """The fleet is removed from the config, another update follows, and then the stack goes."""
    aws.settings(pending_seconds=0)
    seed(aws)
    before = unchanging(aws)
    fleet = {**FLEET, "tags": {"Name": "web", "tier": "front"}}
    stack = program({"service": "web", "source": "fleet", "releases": ["1"], "fleet": fleet})
    stack.up("--skip-preview")
    runs, kept, snapshots = group(aws), images(ec2), snapshot_ids(ec2)

    stack.config["source"] = runs["Instances"][0]["InstanceId"]
    del stack.config["fleet"]
    stack.up("--skip-preview")
    stack.config["description"] = "front"
    stack.up("--skip-preview")
    stack.destroy()

    after = group(aws)
    assert after["Instances"] == runs["Instances"]
    assert after["LaunchTemplate"] == runs["LaunchTemplate"]
    assert [tag for tag in after["Tags"] if tag["Key"] != "tier"] == before["Tags"]
    assert ({name: image["ImageId"] for name, image in images(ec2).items()}, snapshot_ids(ec2)) == (
        {name: image["ImageId"] for name, image in kept.items()},
        snapshots,
    )
