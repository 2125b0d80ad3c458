"""The server itself: calls in order, many at once, a clean account, and large ones."""

import http.client
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.control import Control, ControlError
from snapnames.testing.localaws.server import LocalAws, sealed_environment


def ask(aws: LocalAws, method: str, path: str, body: str = "") -> tuple[int, object]:
    """Send one request to a control endpoint."""
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=10)
    connection.request(method, f"/localaws{path}", body=body)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def test_calls_are_kept_in_order_and_since_a_mark(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """So that a test can say that nothing was written."""
    ec2.create_image(InstanceId=instance, Name="front-1")
    mark = aws.mark()

    ec2.describe_images(Owners=["self"])
    aws.client("autoscaling").describe_auto_scaling_groups()
    ec2.describe_images(Owners=["self"])

    expected = ["ec2.DescribeImages", "autoscaling.DescribeAutoScalingGroups", "ec2.DescribeImages"]
    assert aws.calls(mark) == expected
    assert aws.calls()[-5:-3] == ["ec2.RunInstances", "ec2.CreateImage"]
    status, answer = ask(aws, "GET", f"/calls?since={mark}")
    assert (status, answer) == (
        200,
        {
            "mark": mark + 3,
            "calls": expected,
            "counts": {"ec2.DescribeImages": 2, "autoscaling.DescribeAutoScalingGroups": 1},
        },
    )


def test_a_reset_empties_every_region_and_takes_orders_back(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """Account, calls and settings; the next image is an ordinary one."""
    ec2.create_image(InstanceId=instance, Name="front-1")
    aws.client("ec2", "us-west-2").create_volume(AvailabilityZone="us-west-2a", Size=1)
    aws.fail_next_image("no")
    aws.settings(pending_seconds=60, forget_seconds=60, launch_configurations=False)
    images = aws.ec2()
    aws.ec2(image_retention_seconds=60)

    aws.reset()

    assert aws.calls() == []
    assert aws.settings() == {
        "pending_seconds": 0.0,
        "forget_seconds": 0.0,
        "launch_configurations": True,
        "hold_refreshes": False,
        "ec2": images,
        "refresh_seconds": 0.0,
        "refresh_timeout_seconds": 3600.0,
        "unhealthy_images": [],
        "alarms": [],
        "next_images": [],
        "policies": {},
        "roles": {},
    }
    assert ec2.describe_images(Owners=["self"])["Images"] == []
    assert ec2.describe_tags()["Tags"] == []
    assert aws.client("ec2", "us-west-2").describe_volumes()["Volumes"] == []


def test_a_saved_account_comes_back_as_often_as_it_is_restored(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """All services with what they have of each other; what happens afterwards does not change what was saved."""
    image = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    scaling = aws.client("autoscaling")
    scaling.create_launch_configuration(LaunchConfigurationName="front", ImageId=image, InstanceType="t3.micro")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="front",
        LaunchConfigurationName="front",
        MinSize=1,
        MaxSize=2,
        AvailabilityZones=["ap-northeast-2a"],
    )
    saved = _held(aws)
    aws.save("front")

    found = []
    for _ in range(2):
        scaling.delete_auto_scaling_group(AutoScalingGroupName="front", ForceDelete=True)
        ec2.deregister_image(ImageId=image, DeleteAssociatedSnapshots=True)
        ec2.create_image(InstanceId=instance, Name="front-2")
        aws.restore("front")
        found.append(_held(aws))

    assert found == [saved, saved]


def test_a_name_that_no_account_was_saved_as_is_refused_with_those_that_were(aws: LocalAws) -> None:
    """The saved accounts outlive a reset, so other tests' may be among them."""
    aws.save("front")

    status, answer = ask(aws, "POST", "/restore/back", "{}")

    assert status == 400
    assert isinstance(answer, dict)
    refusal, _, names = answer["error"].partition(", or name one of ")
    assert refusal == "no account was saved as 'back': save one first"
    assert "'front'" in names


def _held(aws: LocalAws) -> list[object]:
    ec2, scaling = aws.client("ec2"), aws.client("autoscaling")
    return [
        ec2.describe_images(Owners=["self"])["Images"],
        ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"],
        ec2.describe_instances()["Reservations"],
        scaling.describe_auto_scaling_groups()["AutoScalingGroups"],
    ]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/localaws/", {}, 200),
        ("/localaws/", {"Host": "localhost:4566"}, 200),
        ("/localaws/", {"Host": "[::1]:4566"}, 200),
        ("/localaws/", {"Origin": "http://127.0.0.1:8000"}, 200),
        ("/localaws/", {"Host": "evil.example"}, 403),
        ("/localaws/", {"Host": "127.0.0.1.evil.example:80"}, 403),
        ("/localaws/", {"Host": ""}, 403),
        ("/localaws/", {"Origin": "https://evil.example"}, 403),
        ("/localaws/", {"Origin": "null"}, 403),
        ("/", {"Host": "ec2.evil.example"}, 403),
        ("/", {"Origin": "https://evil.example"}, 403),
        ("/moto-api/data.json", {}, 403),
        ("/moto-api/", {}, 403),
    ],
)
def test_no_page_in_a_browser_can_call_the_server_and_moto_s_own_control_is_shut(
    aws: LocalAws, path: str, headers: dict[str, str], status: int
) -> None:
    """Also one whose domain leads to this machine. Programs of this machine are answered."""
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=10)
    connection.request("POST" if path == "/" else "GET", path, headers=headers)
    answered = connection.getresponse().status
    connection.close()

    assert answered == status


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", "", 404),
        ("POST", "/settings", "{}", 404),
        ("PUT", "/settings", "not json", 400),
        ("PUT", "/settings", "[]", 400),
        ("GET", "/calls?since=x", "", 400),
        ("PUT", "/images/ami-12345678", '{"state": "lost"}', 400),
        ("PUT", "/settings", '{"alarms": "errors"}', 400),
        ("PUT", "/settings", '{"unhealthy_images": [1]}', 400),
        ("PUT", "/settings", '{"refresh_seconds": -1}', 400),
        ("POST", "/refreshes/none", "{}", 400),
    ],
)
def test_a_wrong_control_request_is_told_so(aws: LocalAws, method: str, path: str, body: str, status: int) -> None:
    """In JSON, like every answer there."""
    answered, answer = ask(aws, method, path, body)

    assert answered == status
    assert isinstance(answer, dict)
    assert list(answer) == ["error"]


def test_many_calls_at_once_lose_nothing(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """16 at a time: each image has its snapshots, each tag is set, and one name is given once."""
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda n: ec2.create_image(InstanceId=instance, Name=f"front-{n}")["ImageId"], range(48)))
        list(pool.map(lambda i: ec2.create_tags(Resources=[i], Tags=[{"Key": "Name", "Value": i}]), made))

        def attempt(number: int) -> bool:
            try:
                ec2.create_image(InstanceId=instance, Name=f"contested-{number // 16}")
            except ec2.exceptions.ClientError:
                return False
            return True

        won = list(pool.map(attempt, range(20 * 16)))

    images = ec2.describe_images(Owners=["self"])["Images"]
    ids = [one["Ebs"]["SnapshotId"] for image in images for one in image["BlockDeviceMappings"] if "Ebs" in one]
    assert (len(images), len(set(ids)), sum(won)) == (68, 204, 20)
    assert {tag["ResourceId"]: tag["Value"] for tag in ec2.describe_tags()["Tags"]} == {one: one for one in made}
    assert aws.calls().count("ec2.CreateTags") == 48


def test_a_large_account_is_read_in_bulk(ec2: EC2Client, instance: str) -> None:
    """Hundreds of snapshots with a tag each: all of them, and one by its id."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: ec2.create_image(InstanceId=instance, Name=f"front-{number}"), range(300)))
    made = [one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]]
    assert len(made) == 900

    ec2.create_tags(Resources=made, Tags=[{"Key": "Name", "Value": "x"}])

    snapshots = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert {one["SnapshotId"] for one in snapshots if one["Tags"]} == set(made)
    assert len(ec2.describe_tags(MaxResults=1000)["Tags"]) == 900
    last = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": made[-1:]}])["Tags"]
    assert [one["ResourceId"] for one in last] == made[-1:]


def test_importing_the_package_changes_nothing_in_moto() -> None:
    """Only the server process does."""
    code = (
        "import snapnames.testing.localaws.account as a, snapnames.testing.localaws.application\n"
        "from moto.ec2.models import EC2Backend, ec2_backends\n"
        "from moto.ec2.urls import url_paths\n"
        "assert ec2_backends.backend is EC2Backend\n"
        "assert 'EC2Response' == list(url_paths.values())[0].__self__.__name__\n"
        "a.install()\n"
        "assert ec2_backends.backend is a.LocalEC2\n"
    )

    subprocess.run([sys.executable, "-c", code], check=True, env=sealed_environment())


def test_a_server_gets_no_credentials_and_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its starter has."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTPS_PROXY", "MOTO_ACCOUNT_ID"):
        monkeypatch.setenv(name, "real")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")

    environment = sealed_environment()

    assert "real" not in environment.values()
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_a_client_reads_no_profile_and_no_proxy(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's profile that doesn't exist, or a dead proxy, is no hindrance."""
    monkeypatch.setenv("AWS_PROFILE", "missing")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert aws.client("ec2", "eu-west-1").describe_volumes()["Volumes"] == []


def test_a_server_ends_with_its_starter() -> None:
    """Even if that is killed."""
    code = (
        "import os, signal\n"
        "from snapnames.testing.localaws.server import LocalAws\n"
        "aws = LocalAws()\n"
        "print(aws.port, aws.identity()['service'], flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    # Both share stderr, and `run` reads it to its end: the server is gone when it returns.
    starter = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=sealed_environment(), timeout=60
    )

    assert starter.returncode == -signal.SIGKILL
    port, service = starter.stdout.split()
    assert service == "localaws"
    assert Control(int(port)).identity() is None


def test_two_servers_are_two_accounts(aws: LocalAws, ec2: EC2Client) -> None:
    """Each on a port of its own; a block ends its server."""
    with LocalAws(pending_seconds=2.5) as other:
        other.client("ec2").create_volume(AvailabilityZone="ap-northeast-2a", Size=1)
        assert other.settings()["pending_seconds"] == 2.5
        assert other.identity() is not None
        assert other.port != aws.port

    assert other.identity() is None
    assert ec2.describe_volumes()["Volumes"] == []


def test_a_refusal_reaches_the_caller(aws: LocalAws) -> None:
    """As an error with the server's text."""
    with pytest.raises(ControlError, match="no setting is called 'speed'"):
        aws.settings(speed=1)
