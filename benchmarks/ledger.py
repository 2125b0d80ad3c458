"""What the ledger of an account costs, by its size: calls, seconds, memory."""

import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from snapnames.testing.localaws.server import REGION, LocalAws, sealed_environment

from tests.account import launch

from .measuring import Cost, costs, in_turns, measured
from .scale import Scale

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import BlockDeviceMappingTypeDef

BEHIND = 4
"""Snapshots of each image."""

SERVICE = 10
"""Images of each service. The plan keeps five of them, and so half of the account can be let go."""

_GONE = 100
"""Of so many images, one is gone and has left its snapshots."""

_USED = 100
"""Of so many images, one runs as an instance and stands in a launch template."""

_EVERY_ROW = 1000
"""The most images of which every row is read by itself: a call for each check that needs one, and for each snapshot."""

_THREADS = 8

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "`ledger --account`": (),
    "the same, with page, CSV, script and JSON": (
        *("--html", "page.html", "--csv", "plan.csv", "--script", "plan.sh", "--json"),
    ),
}
"""Every row of the plan is old enough: what the local AWS has was made a moment ago."""


def measure(scale: Scale) -> dict[str, Any]:
    """Each size on a local AWS of its own."""
    return {
        "rounds": scale.ledger_rounds,
        "behind": BEHIND,
        "images": {str(images): _size(images, scale.ledger_rounds) for images in scale.ledger},
    }


def _size(images: int, rounds: int) -> dict[str, Any]:
    with LocalAws() as aws, TemporaryDirectory(prefix="snapnames-") as folder:
        _make(aws, images)
        wanted: dict[str, tuple[str, ...]] = {
            **COMMANDS,
            **({"`ledger --account --all`": ("--all",)} if images <= _EVERY_ROW else {}),
        }
        commands = {title: lambda more=more: _ledger(aws, Path(folder), more) for title, more in wanted.items()}
        found = in_turns(commands, rounds)
        page = Path(folder) / "page.html"
        return {"page_mib": round(page.stat().st_size / (1 << 20), 2), **{one: costs(found[one]) for one in wanted}}


def _ledger(aws: LocalAws, folder: Path, more: tuple[str, ...]) -> Cost:
    """Run the command in a folder without a project, as somebody does who has only keys."""
    command = [str(Path(sys.executable).with_name("snapnames")), "ledger", "--account", "--older-than", "0d", *more]
    environment = {**sealed_environment(), "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": REGION, "HOME": str(folder)}
    del environment["PYTHONPATH"]

    def start() -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return measured(start, aws)


def _make(aws: LocalAws, images: int) -> None:
    """Images of four snapshots each, with and without names, some in use, and snapshots of images that are gone."""
    ec2 = aws.client("ec2")
    volumes: list[BlockDeviceMappingTypeDef] = [
        {"DeviceName": f"/dev/sd{letter}", "Ebs": {"VolumeSize": 1}} for letter in "fgh"[: BEHIND - 1]
    ]
    source = launch(ec2, mappings=volumes)
    with ThreadPoolExecutor(_THREADS) as threads:
        made = list(threads.map(lambda number: _image(ec2, source, number), range(images)))
        gone = list(threads.map(lambda number: _image(ec2, source, images + number), range(images // _GONE)))
    for image_id in gone:
        ec2.deregister_image(ImageId=image_id)
    for image_id in made[::_USED]:
        ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)
        ec2.create_launch_template(LaunchTemplateName=f"of-{image_id}", LaunchTemplateData={"ImageId": image_id})


def _image(ec2: "EC2Client", source: str, number: int) -> str:
    service = "".join("abcdefghij"[int(digit)] for digit in str(number // SERVICE))
    made = ec2.create_image(InstanceId=source, Name=f"{service}-{number:05d}", NoReboot=True)
    return made["ImageId"]
