"""The whole way of a team with a script: adopt, deploy, roll back, prune, deploy on, destroy."""

from pathlib import Path

from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, snapshot_ids, writes
from tests.shell import Shell

from .account import GROUP, names_of, seed, seed_group


def test_a_team_with_thirty_old_images_goes_the_whole_way_and_loses_nothing_that_it_did_not_prune(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, engine: Engine, tmp_path: Path
) -> None:
    """What was taken in and not pruned is there at the end, with the names that people and the script gave."""
    aws.settings(pending_seconds=0)
    team, others = seed(ec2, 30), seed(ec2, 2, "db")
    third, second, newest = [*team.images][-3:]
    seed_group(ec2, autoscaling, team.images[newest])
    before, snapshots, mark = images(ec2), snapshot_ids(ec2), aws.mark()
    shell = Shell(tmp_path, aws, engine)

    said = shell("snapnames", "adopt", GROUP, "--region", "ap-northeast-2", "--keep", "3")
    assert f"{newest}: web-{newest} ({team.images[newest]}), what the group launches" in said
    assert writes(aws, mark) == []
    assert shell.config["snapnames:takenIn"] == {one: team.images[one] for one in (newest, second, third)}

    shell.snapnames("deploy", "--release", "20180401")
    assert sorted(set(names_of(ec2).values()) - {*team.named.values(), *others.named.values()}) == [
        *(f"web-{newest}({index:03d})" for index in (1, 2, 3)),
        *(f"web-20180401({index:03d})" for index in (1, 2, 3)),
    ]

    assert f"web-{newest}" in shell.snapnames("rollback", newest)
    shell.snapnames("deploy", "--release", "20180402")
    shell.snapnames("prune", "--keep", "3")
    assert shell.config["snapnames:releases"] == ["20180402", newest, second]
    assert shell.config["snapnames:takenIn"] == {one: team.images[one] for one in (newest, second)}
    assert {*before} - {*images(ec2)} == {f"web-{third}"}

    kept = shell.snapnames("deploy", "--release", "20180403", "--keep", "2")
    assert "launch configuration web-2018-03-10 uses it" in kept
    assert "a person has called" in kept
    assert shell.config["snapnames:releases"] == ["20180403", "20180402", newest, second]

    shell("pulumi", "destroy", "--yes", "--stack", "production")
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert (group["AutoScalingGroupName"], group["DesiredCapacity"], len(group["Instances"])) == (GROUP, 2, 2)
    assert {*images(ec2)} == {*before} - {f"web-{third}"} | {"web-20180403"}, "the group goes on as it runs"
    assert (len(snapshots - snapshot_ids(ec2)), len(snapshot_ids(ec2) - snapshots)) == (3, 3)
    there = names_of(ec2)
    pruned = {name for name in team.named.values() if name.startswith(f"web-{third}")}
    assert {*team.named.values(), *others.named.values()} - pruned <= {*there.values()}
    assert [name for name, image in images(ec2).items() if image.get("Tags")] == ["web-20180403"]
