"""Two containers of one host name at one stack: each has PID namespaces of its own, on the real engine."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import REGION, LocalAws

from tests.account import images, launch, names
from tests.faults import FaultProxy, Hold
from tests.program import Program, Ran, kill_all, killed_at_a_held_call

UNSHARED = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child")
THREE = {"/dev/sda1": "web-1(001)", "/dev/sdf": "web-1(002)", "/dev/sdg": "web-1(003)"}


def _allowed() -> bool:
    return bool(shutil.which("unshare")) and not subprocess.run([*UNSHARED, "true"], check=False).returncode


pytestmark = pytest.mark.skipif(not _allowed(), reason="this machine lets nobody unshare a PID namespace")


@pytest.fixture(params=["folder", "bucket"])
def stack(
    request: pytest.FixtureRequest, program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, proxy: FaultProxy
) -> Program:
    """One release, not built yet. Its state is in a folder or a bucket that the containers share."""
    backend = ""
    if request.param == "bucket":
        aws.client("s3").create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": REGION})
        backend = f"s3://states?endpoint=127.0.0.1:{aws.port}&disableSSL=true&s3ForcePathStyle=true&region={REGION}"
    return program({"service": "web", "source": launch(ec2), "releases": ["1"]}, endpoint=proxy.url, backend=backend)


def contained(stack: Program, *command: str) -> subprocess.Popen[str]:
    """Start a command in a container of its own, with the host name and the user's folder of all the others."""
    return subprocess.Popen(
        [*UNSHARED, *command, "--stack", stack.stack],
        cwd=stack.folder,
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def recovered(stack: Program, *options: str) -> Ran:
    """What `snapnames recover` in another container says."""
    with contained(stack, str(Path(sys.executable).with_name("snapnames")), "recover", *options) as process:
        out, err = process.communicate()
    return Ran(process.returncode, out, err)


@pytest.mark.fault("two updates of one stack at once")
def test_no_container_lets_go_of_the_lock_of_another_one(stack: Program, ec2: EC2Client, proxy: FaultProxy) -> None:
    """Neither does the machine itself: while the update runs, nor after the kill. Then a person decides."""
    proxy.schedule.at("ec2.CreateImage", 1, Hold(after=True))
    stack._write_config()  # noqa: SLF001 -- what its own commands do first
    with contained(stack, "pulumi", "up", "--yes", "--skip-preview", "--non-interactive") as first:
        proxy.held()
        while_it_runs = [recovered(stack), stack.snapnames("recover", code=None)]
        kill_all(first)
        first.communicate()
    proxy.release()
    proxy.settle()
    after_the_kill = [recovered(stack), stack.snapnames("recover", code=None)]

    unlocked = recovered(stack, "--unlock")
    stack.up("--skip-preview")

    assert [ran.code for ran in (*while_it_runs, *after_the_kill)] == [1] * 4
    for ran in (*while_it_runs, *after_the_kill):
        assert "it has no record of the lock: another one of this name may have made it" in ran.err
        assert "run `snapnames recover --unlock`" in ran.err
    assert unlocked.code == 0, unlocked.err
    assert names(ec2, "web-1") == THREE
    assert list(images(ec2)) == ["web-1"]


def test_the_two_commands_after_a_kill_stay_two_where_the_update_ran(
    stack: Program, ec2: EC2Client, proxy: FaultProxy
) -> None:
    """Also for plain `pulumi up`: the program records which pulumi ran it."""
    proxy.schedule.at("ec2.CreateImage", 1, Hold(after=True))
    killed_at_a_held_call(stack, proxy, "up", "--yes", "--skip-preview", recorded=False)

    stack.snapnames("recover")
    stack.up("--skip-preview")

    assert names(ec2, "web-1") == THREE
    assert list(images(ec2)) == ["web-1"]
