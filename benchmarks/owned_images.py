"""What names for a whole account cost: `python -m benchmarks.owned_images [--images 1000]`.

Each image has four snapshots. The local AWS does not throttle, and the names are given as fast as it can; EC2 lets no
tool name S snapshots in less than (S - 100) / 10 seconds.
"""

import argparse
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from rich.console import Console
from rich.table import Table

import engine
from localaws.server import LocalAws
from tests.account import DATA_VOLUMES, launch
from tests.program import ROOT, STACK, Program

from .measuring import Cost, measured

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import BlockDeviceMappingTypeDef

_FOURTH: "BlockDeviceMappingTypeDef" = {"DeviceName": "/dev/sdh", "Ebs": {"VolumeSize": 1}}


def main() -> None:
    """Seed an account, preview, update, update again, by plain `pulumi` and by the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1000)
    images: int = parser.parse_args().images
    with LocalAws() as aws, tempfile.TemporaryDirectory() as folder:
        _seed(aws, images)
        stack = Program(Path(folder) / "stack", aws, engine.ensure(), {"ownedImages": {"namesPerSecond": 100000}})
        costs = {title: measured(start, aws) for title, start in _commands(stack)}
    _print(images, costs)


def _seed(aws: LocalAws, images: int) -> None:
    ec2 = aws.client("ec2")
    instance = launch(ec2, mappings=[*DATA_VOLUMES, _FOURTH])
    for number in range(images):
        ec2.create_image(InstanceId=instance, Name=f"front-web-{number:05d}", NoReboot=True)


def _commands(stack: Program) -> list[tuple[str, Callable[[], subprocess.Popen[str]]]]:
    update = ("up", "--yes", "--skip-preview", "--suppress-outputs")
    return [
        ("pulumi preview, nothing named", lambda: stack.start("preview", "--suppress-outputs")),
        ("snapnames name-owned, nothing named", lambda: _name_owned(stack)),
        ("snapnames name-owned, all named", lambda: _name_owned(stack)),
        ("pulumi preview, all named", lambda: stack.start("preview", "--suppress-outputs")),
        ("pulumi up, all named", lambda: stack.start(*update)),
    ]


def _name_owned(stack: Program) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "name-owned", "--stack", STACK],
        cwd=stack.folder,
        env={**stack.environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _print(images: int, costs: dict[str, Cost]) -> None:
    table = Table("command", "seconds", "reads", "writes", "peak MiB, all", "of which")
    for title, cost in costs.items():
        reads = sum(count for action, count in cost.calls.items() if ".Describe" in action)
        processes = sorted(((size, name) for name, size in cost.peak_mib.items() if name != "all"), reverse=True)
        table.add_row(
            title,
            f"{cost.seconds:.1f}",
            str(reads),
            str(sum(cost.calls.values()) - reads),
            str(cost.peak_mib["all"]),
            ", ".join(f"{name} {size}" for size, name in processes[:4]),
        )
    console = Console(width=160)
    console.print(
        f"{images} images, {4 * images} snapshots; {psutil.cpu_count()} cores, Python {platform.python_version()}, "
        f"pulumi {version('pulumi')}, pulumi-aws {version('pulumi-aws')}, moto {version('moto')}"
    )
    console.print(table)


if __name__ == "__main__":
    main()
