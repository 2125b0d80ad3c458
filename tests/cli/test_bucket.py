"""A stack whose state is in a bucket: S3 of the local AWS."""

import os
import pwd
import socket
from collections.abc import Callable

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import REGION, LocalAws

from tests.account import images, launch, names, snapshot_ids
from tests.faults import FaultProxy, Hold
from tests.program import Program, killed_at_a_held_call

SECRET = "PASSWORD=correct-horse"
THREE = {"/dev/sda1": "web-1(001)", "/dev/sdf": "web-1(002)", "/dev/sdg": "web-1(003)"}


@pytest.fixture
def bucket(aws: LocalAws) -> str:
    """An empty one, as the URL of a backend."""
    aws.client("s3").create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": REGION})
    return f"s3://states?endpoint=127.0.0.1:{aws.port}&disableSSL=true&s3ForcePathStyle=true&region={REGION}"


@pytest.fixture
def stack(program: Callable[..., Program], ec2: EC2Client, proxy: FaultProxy, bucket: str) -> Program:
    """One release, not built yet."""
    fleet = {"instanceType": "t3.micro", "zones": ["ap-northeast-2a"], "userData": SECRET}
    config = {"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": fleet}
    return program(config, endpoint=proxy.url, backend=bucket)


def keys(aws: LocalAws, prefix: str) -> list[str]:
    """What the bucket has there."""
    found = aws.client("s3").list_objects_v2(Bucket="states", Prefix=prefix)
    return [entry["Key"] for entry in found.get("Contents", [])]


def test_a_kill_while_the_image_is_made_is_recovered_from_and_the_next_update_names_its_snapshots(
    stack: Program, aws: LocalAws, ec2: EC2Client, proxy: FaultProxy
) -> None:
    """The program has recorded who held the lock in the bucket. No state there has user data that can be read."""
    proxy.schedule.at("ec2.CreateImage", 1, Hold(after=True))
    killed_at_a_held_call(stack, proxy, "up", "--yes", "--skip-preview", recorded=False)
    made, locks = images(ec2)["web-1"]["ImageId"], keys(aws, ".pulumi/locks/")

    ran = stack.snapnames("recover", "--json")
    left = keys(aws, ".pulumi/locks/")
    stack.up("--skip-preview")

    assert (ran.json["adopted"], ran.json["dropped"], ran.json["deleted_snapshots"]) == (["web-1"], [], [])
    assert (len(locks), left) == (1, [])
    assert images(ec2)["web-1"]["ImageId"] == made
    assert names(ec2, "web-1") == THREE
    assert len(snapshot_ids(ec2)) == len(THREE)
    assert list((stack.folder / "state").iterdir()) == []
    stored = {key: aws.client("s3").get_object(Bucket="states", Key=key)["Body"].read() for key in keys(aws, "")}
    assert b"web-1(003)" in stored[".pulumi/stacks/snapnames/test.json"]
    # Pulumi's history of updates has the config as it was given, here in plain text.
    states = {key: content for key, content in stored.items() if not key.endswith(".history.json")}
    assert [key for key, content in states.items() if SECRET.encode() in content] == []


@pytest.mark.fault("two updates of one stack at once")
def test_of_two_updates_at_once_one_wins_and_the_other_says_who_holds_the_lock(
    stack: Program, ec2: EC2Client, proxy: FaultProxy
) -> None:
    """Plain pulumi as well as the command, which does not take the lock of a process that lives."""
    proxy.schedule.at("ec2.CreateImage", 1, Hold(after=False))
    with stack.start("up", "--yes", "--skip-preview") as first:
        proxy.held()
        second = stack.up("--skip-preview", code=None)
        recover = stack.snapnames("recover", code=None)
        proxy.release()
        first.communicate()

    holder = f"{pwd.getpwuid(os.getuid()).pw_name}@{socket.gethostname()}"
    assert (first.returncode, second.code, recover.code) == (0, 1, 1)
    assert f"created by {holder} (pid {first.pid})" in second.out
    assert f"error: stack 'test' is locked by {holder}, process {first.pid}, since " in recover.err
    assert [image["State"] for image in ec2.describe_images(Owners=["self"])["Images"]] == ["available"]
    assert names(ec2, "web-1") == THREE
