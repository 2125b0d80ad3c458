"""`python -m snapnames.testing.localaws`, as a user calls it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.control import Control
from snapnames.testing.localaws.server import LocalAws, client, sealed_environment

from dev.ports import free_port

pytestmark = pytest.mark.slow

ENVIRONMENT = sealed_environment()


def localaws(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    command = [sys.executable, "-m", "snapnames.testing.localaws", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder whose server is stopped afterwards."""
    folder = tmp_path / "dev"
    yield folder
    localaws("stop", "--folder", folder)


def test_a_server_is_started_once_and_stopped_once(folder: Path) -> None:
    """The second time each says so, and is no error."""
    port = free_port()
    assert localaws("running", "--folder", folder, "--port", port).returncode == 1

    first = localaws("start", "--port", port, "--folder", folder, "--pending-seconds", "0.5")
    pid = int((folder / "localaws.pid").read_text().split()[0])
    second = localaws("start", "--port", port, "--folder", folder)

    assert (first.returncode, first.stdout) == (0, f"started on http://127.0.0.1:{port} (pid {pid})\n")
    assert (second.returncode, second.stdout) == (0, f"already running on http://127.0.0.1:{port} (pid {pid})\n")
    assert Control(port).identity() == {"service": "localaws", "pid": pid}
    assert Control(port).settings()["pending_seconds"] == 0.5
    assert os.getsid(pid) == pid
    assert localaws("running", "--folder", folder, "--port", port).returncode == 0
    assert localaws("running", "--folder", folder, "--port", port + 1).returncode == 1

    stopped = localaws("stop", "--folder", folder)
    again = localaws("stop", "--folder", folder)

    assert (stopped.returncode, stopped.stdout) == (0, f"stopped (pid {pid})\n")
    assert (again.returncode, again.stdout) == (0, f"not running: {folder} has no server\n")
    assert Control(port).identity() is None
    assert [file.name for file in folder.iterdir()] == ["localaws.log"]


def test_a_port_that_something_else_holds_is_an_error(folder: Path) -> None:
    """With the value, who holds it, the rule, and the next step."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        started = localaws("start", "--port", port, "--folder", folder)
        served = localaws("serve", "--port", port)

    holder = f"pid {os.getpid()}" if Path("/proc/net/tcp").exists() else "another process"
    expected = (
        f"localaws: port {port} is held by {holder} (Address already in use); the local AWS needs a port of its own "
        "on 127.0.0.1: stop what holds it, or give another --port\n"
    )
    assert (started.returncode, started.stderr) == (1, expected)
    assert (served.returncode, served.stderr) == (1, expected)
    assert not folder.exists()


def test_a_port_that_another_folder_s_server_holds_is_an_error(server: LocalAws, folder: Path) -> None:
    """It is named, and left running."""
    pid = (server.identity() or {})["pid"]

    started = localaws("start", "--port", server.port, "--folder", folder)

    assert started.returncode == 1
    assert f"port {server.port} is held by another localaws server (pid {pid})" in started.stderr
    assert server.identity() is not None


def test_a_folder_has_one_server(folder: Path) -> None:
    """A second port is refused, with the command that makes room."""
    port = free_port()
    localaws("start", "--port", port, "--folder", folder)

    other = localaws("start", "--port", free_port(), "--folder", folder)

    assert other.returncode == 1
    assert f"already runs on port {port}" in other.stderr
    assert f"python -m snapnames.testing.localaws stop --folder {folder}" in other.stderr


def test_a_stale_pid_file_is_not_believed(folder: Path, server: LocalAws) -> None:
    """Neither a process that isn't a server, nor a server that isn't that process, is stopped."""
    folder.mkdir()
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    for port in (free_port(), server.port):
        (folder / "localaws.pid").write_text(f"{bystander.pid}\n{port}\n")

        assert localaws("running", "--folder", folder, "--port", port).returncode == 1
        stopped = localaws("stop", "--folder", folder)

        assert (stopped.returncode, stopped.stdout) == (0, f"not running: {folder} has no server\n")
        assert not (folder / "localaws.pid").exists()
    assert bystander.poll() is None
    assert server.identity() is not None
    bystander.communicate(b"\n")


@pytest.mark.parametrize("content", ["", "123\n", "a b\n", "1 2 3\n", "\ud55c"])
def test_a_broken_pid_file_doesn_t_keep_a_server_from_starting(folder: Path, content: str) -> None:
    """It is written anew."""
    folder.mkdir()
    (folder / "localaws.pid").write_text(content, encoding="utf-8")

    assert localaws("running", "--folder", folder, "--port", free_port()).returncode == 1
    assert localaws("stop", "--folder", folder).returncode == 0


def test_a_foreground_server_says_where_it_listens() -> None:
    """Port 0 takes a free one; SIGTERM ends it well."""
    process = subprocess.Popen(
        [sys.executable, "-m", "snapnames.testing.localaws", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    assert process.stdout
    line = process.stdout.readline()

    prefix, port = line.rsplit(":", 1)
    assert prefix == "listening on http://127.0.0.1"
    assert Control(int(port)).identity() == {"service": "localaws", "pid": process.pid}
    assert Control(int(port)).settings()["pending_seconds"] == 1.0

    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()


def test_a_foreground_server_forgets_the_user_s_profile() -> None:
    """One that doesn't exist would keep moto from starting; one that does would lend it keys."""
    user = {**os.environ, **ENVIRONMENT, "AWS_PROFILE": "missing", "AWS_ACCESS_KEY_ID": "real"}
    command = [sys.executable, "-m", "snapnames.testing.localaws", "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=user)
    assert process.stdout

    port = int(process.stdout.readline().rsplit(":", 1)[1])

    assert client(f"http://127.0.0.1:{port}", "ec2").describe_volumes()["Volumes"] == []
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()


def test_two_starts_at_once_leave_one_server_that_can_be_stopped(folder: Path) -> None:
    """The one that loses the port says so, or that the other is there already."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "snapnames.testing.localaws",
        "start",
        "--port",
        str(port),
        "--folder",
        str(folder),
    ]

    both = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        for _ in range(2)
    ]

    assert 0 in [one.wait(60) for one in both]
    assert localaws("running", "--folder", folder, "--port", port).returncode == 0
    assert localaws("stop", "--folder", folder).stdout.startswith("stopped")
    assert Control(port).identity() is None


def test_the_seed_is_there_once(aws: LocalAws, ec2: EC2Client) -> None:
    """A root, two volumes, an instance-store volume, and the dev stack's tags; printed with its id."""
    first = localaws("seed", "--port", aws.port)
    second = localaws("seed", "--port", aws.port)

    instances = [one for r in ec2.describe_instances()["Reservations"] for one in r["Instances"]]
    assert [(first.returncode, first.stdout), (second.returncode, second.stdout)] == [
        (0, f"{instances[0]['InstanceId']}\n")
    ] * 2
    assert len(instances) == 1
    tags = {tag["Key"]: tag["Value"] for tag in instances[0]["Tags"]}
    assert tags == {"Name": "front-web", "snapnames:source": "front-web"}
    volumes = {
        one["Attachments"][0]["Device"]: (one["Size"], one["VolumeType"]) for one in ec2.describe_volumes()["Volumes"]
    }
    assert volumes == {"/dev/sda1": (8, "gp3"), "/dev/sdf": (20, "gp3"), "/dev/sdg": (50, "gp3")}
    image_id = ec2.create_image(InstanceId=instances[0]["InstanceId"], Name="front-1")["ImageId"]
    mappings = ec2.describe_images(ImageIds=[image_id])["Images"][0]["BlockDeviceMappings"]
    assert [one["VirtualName"] for one in mappings if "Ebs" not in one] == ["ephemeral0"]


def test_a_terminated_seed_is_replaced_and_another_is_left_alone(aws: LocalAws, ec2: EC2Client) -> None:
    """Found by all its tags, in its region."""
    first = localaws("seed", "--port", aws.port).stdout.strip()
    other = localaws("seed", "--port", aws.port, "--tag", "Name=back").stdout.strip()
    elsewhere = localaws("seed", "--port", aws.port, "--region", "us-west-2").stdout.strip()
    ec2.terminate_instances(InstanceIds=[first])

    replaced = localaws("seed", "--port", aws.port).stdout.strip()

    assert len({first, other, elsewhere, replaced}) == 4
    found = client(aws.url, "ec2", "us-west-2").describe_instances()["Reservations"]
    assert [one["InstanceId"] for reservation in found for one in reservation["Instances"]] == [elsewhere]


def test_a_seed_without_a_server_says_how_to_start_one() -> None:
    """The next step is a command."""
    port = free_port()

    seeded = localaws("seed", "--port", port)

    assert seeded.returncode == 1
    assert f"python -m snapnames.testing.localaws start --port {port} --folder DIR" in seeded.stderr


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["serve", "--port", "70000"], "'70000' is no port: write a number from 0 to 65535"),
        (["serve", "--port", "0", "--pending-seconds", "-1"], "'-1' is no pending time"),
        (["seed", "--port", "1", "--tag", "Name"], "'Name' is no tag: write KEY=VALUE"),
        ([], "command"),
    ],
)
def test_wrong_arguments_are_told_so(arguments: list[str], text: str) -> None:
    """Before anything is done."""
    refused = localaws(*arguments)

    assert refused.returncode == 2
    assert text in refused.stderr
