"""What many accounts and regions cost: `name-owned --targets`, and a boto3 script in a process for each of them."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import boto3
import yaml
from snapnames.testing.localaws.server import LocalAws

from dev import engine
from tests.account import launch
from tests.program import Program

from . import name_snapshots
from .growth import exponent
from .measuring import Cost, costs, measured
from .scale import Scale
from .stage import as_on_a_users_machine

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

FIRST, AGAIN, SCRIPT = "name-owned --targets", "the same, all named", "boto3 script, a process each"
REGIONS = ("ap-northeast-2", "eu-west-1", "us-east-1", "us-west-2")
NAMES = 4
"""Of each target."""

AT_ONCE = 4


def measure(scale: Scale) -> dict[str, Any]:
    """Each size on a local AWS of its own. Both have `AT_ONCE` at a time, and give the same names."""
    found = {accounts * regions: _size(accounts, regions, scale.target_rounds) for accounts, regions in scale.targets}
    return {
        "rounds": scale.target_rounds,
        "names": NAMES,
        "at_once": AT_ONCE,
        "targets": {
            size: {name: _costs(size, [one[name] for one in rounds]) for name in (FIRST, AGAIN, SCRIPT)}
            for size, rounds in found.items()
        },
        "exponents": {
            name: exponent({size: [one[name].cpu_seconds for one in rounds] for size, rounds in found.items()}, 0)[
                "all"
            ]
            for name in (FIRST, AGAIN, SCRIPT)
        },
    }


def _costs(size: int, runs: Sequence[Cost]) -> dict[str, object]:
    cpu = [run.cpu_seconds / size for run in runs]
    return {**costs(runs), "cpu_of_a_target": {"median": round(median(cpu), 2), "worst": round(max(cpu), 2)}}


def _size(accounts: int, regions: int, rounds: int) -> list[dict[str, Cost]]:
    with LocalAws() as aws, TemporaryDirectory(prefix="snapnames-") as folder:
        places = [(f"1111222{number:05d}", region) for number in range(accounts) for region in REGIONS[:regions]]
        targets = [Place(aws, *place) for place in places]
        return [_round(aws, targets, Path(folder) / str(number)) for number in range(rounds)]


def _round(aws: LocalAws, targets: "list[Place]", folder: Path) -> dict[str, Cost]:
    program = project(aws, targets, folder)

    def start() -> "subprocess.Popen[str]":
        return program.command("name-owned", "--targets", "targets.yaml", "--concurrency", str(AT_ONCE))

    found = {FIRST: measured(start, aws), AGAIN: measured(start, aws)}
    check_and_unname(targets)
    found[SCRIPT] = measured(lambda: _script(targets, folder, program.environment), aws)
    check_and_unname(targets)
    shutil.rmtree(folder)
    return found


def check_and_unname(targets: "list[Place]") -> None:
    """Take the names of all targets away. Raises `RuntimeError` if one was missing."""
    for target in targets:
        if target.unname() != NAMES:
            raise RuntimeError(f"{target.account} {target.region} has not all of its names")


class Place:
    """A target with an image of `NAMES` snapshots."""

    def __init__(self, aws: LocalAws, account: str, region: str) -> None:
        """Make the image, and keys for the script."""
        self.account, self.region = account, region
        role = f"arn:aws:iam::{account}:role/names"
        keys = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="bench")["Credentials"]
        self.keys = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        self._ec2: EC2Client = boto3.client(
            "ec2",
            region_name=region,
            endpoint_url=aws.url,
            aws_access_key_id=self.keys[0],
            aws_secret_access_key=self.keys[1],
            aws_session_token=self.keys[2],
        )
        volumes: Any = [{"DeviceName": f"/dev/sd{letter}", "Ebs": {"VolumeSize": 1}} for letter in "fgh"]
        self._ec2.create_image(InstanceId=launch(self._ec2, mappings=volumes), Name="front-web-1", NoReboot=True)

    def unname(self) -> int:
        """Take the names away. Gives how many there were."""
        found = self._ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        self._ec2.delete_tags(Resources=[one["SnapshotId"] for one in found], Tags=[{"Key": "Name"}])
        return sum(tag["Key"] == "Name" for one in found for tag in one.get("Tags", []))


def project(aws: LocalAws, targets: list[Place], folder: Path) -> Program:
    """A project with the list, and without a stack of it."""
    program = Program(folder / "project", aws, engine.ensure(), {})
    as_on_a_users_machine(program)
    config = {"aws:endpoints": [{"ec2": aws.url, "sts": aws.url}], "aws:skipMetadataApiCheck": "true"}
    listed = [{"account": one.account, "regions": [one.region]} for one in targets]
    text = yaml.safe_dump({"defaults": {"role": "names", "config": config}, "targets": listed})
    (program.folder / "targets.yaml").write_text(text, encoding="utf-8")
    program.stack_options = ()
    return program


def _script(targets: list[Place], folder: Path, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Start the script for each target, as `c7n-org run-script` does: the keys are in the environment."""
    lines = "".join(f"{' '.join(one.keys)} {one.region}\n" for one in targets)
    (folder / "targets.txt").write_text(lines, encoding="utf-8")
    keys = 'AWS_ACCESS_KEY_ID="$0" AWS_SECRET_ACCESS_KEY="$1" AWS_SESSION_TOKEN="$2" AWS_DEFAULT_REGION="$3"'
    run = f"{keys} AWS_REGION=\"$3\" exec '{sys.executable}' '{Path(name_snapshots.__file__)}'"
    return subprocess.Popen(
        ["xargs", "-a", str(folder / "targets.txt"), "-L1", f"-P{AT_ONCE}", "sh", "-c", run],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
