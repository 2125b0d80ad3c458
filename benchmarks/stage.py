"""What is measured on: an account of so many snapshots, and stacks that name them, put back before each turn."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from snapnames.rules.naming import DEFAULT_PATTERN, snapshot_names
from snapnames.testing.localaws.server import LocalAws

from dev import engine
from tests.account import launch
from tests.faults import Buckets, FaultProxy
from tests.program import LATE_COLLECTOR, Program

from .measuring import Cost, measured

if TYPE_CHECKING:
    from subprocess import Popen

    from mypy_boto3_ec2.type_defs import BlockDeviceMappingTypeDef

NO_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
"""As `snapnames name-owned` runs: the state is written once, at the end."""

PREVIEW = ("preview", "--suppress-outputs")
UP = ("up", "--yes", "--skip-preview", "--suppress-outputs")
UNPACED = 100000
"""Names a second: as fast as the local AWS takes them."""

_BATCH = 1000
"""Resources of a DeleteTags call."""


@dataclass(frozen=True)
class Named:
    """A snapshot, and the Tag that names it."""

    snapshot_id: str
    label: str
    name: str


class Stage:
    """An account with images of 4 snapshots each, none of which has a name, and stacks on it."""

    def __init__(self, folder: Path, aws: LocalAws, snapshots: int, proxy: FaultProxy | None = None) -> None:
        """Make the images."""
        self.aws, self.proxy = aws, proxy
        self.folder, self._ec2 = folder, aws.client("ec2")
        volumes: list[BlockDeviceMappingTypeDef] = [
            {"DeviceName": f"/dev/sd{letter}", "Ebs": {"VolumeSize": 1}} for letter in "fgh"
        ]
        if snapshots:
            self._instance = launch(self._ec2, mappings=volumes)
        for number in range(snapshots // 4):
            self._ec2.create_image(InstanceId=self._instance, Name=f"front-web-{number:05d}", NoReboot=True)
        self.names = list(self._named())

    def _named(self) -> Iterator[Named]:
        for image in self._ec2.describe_images(Owners=["self"])["Images"]:
            behind = {one["DeviceName"]: one["Ebs"]["SnapshotId"] for one in image["BlockDeviceMappings"]}
            names = snapshot_names(image["Name"], behind, image["RootDeviceName"], DEFAULT_PATTERN)
            for device, name in names.items():
                yield Named(behind[device], f"{image['Name']}:{device}", name)

    @property
    def endpoint(self) -> str:
        """Where commands find AWS: behind EC2's token buckets, if the stage has them."""
        return self.proxy.url if self.proxy else self.aws.url

    def unname(self) -> None:
        """Take every Name away."""
        ids = [named.snapshot_id for named in self.names]
        for start in range(0, len(ids), _BATCH):
            self._ec2.delete_tags(Resources=ids[start : start + _BATCH], Tags=[{"Key": "Name"}])

    def wrong_names(self) -> dict[str, str | None]:
        """Snapshot id to the Name that it has, of those that do not have the one that they should."""
        pages = self._ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"])
        live = {
            snapshot["SnapshotId"]: {tag["Key"]: tag["Value"] for tag in snapshot.get("Tags", [])}.get("Name")
            for page in pages
            for snapshot in page["Snapshots"]
        }
        return {one.snapshot_id: live[one.snapshot_id] for one in self.names if live[one.snapshot_id] != one.name}

    def check_named(self) -> None:
        """Raise unless every snapshot has the Name that it should: a measure of anything else is worth nothing."""
        if wrong := self.wrong_names():
            raise RuntimeError(f"{len(wrong)} snapshots have another name, e.g. {next(iter(wrong.items()))}")

    def stack(self, folder: str, config: Mapping[str, Any], main: str = "") -> "Stack":
        """A stack of the program in this repository, or of the text of another."""
        path = self.folder / folder
        if not main:
            return Stack(Program(path, self.aws, engine.ensure(), config, endpoint=self.endpoint), self)
        program = path / "main"
        program.mkdir(parents=True)
        (program / "__main__.py").write_text(main, encoding="utf-8")
        return Stack(Program(path, self.aws, engine.ensure(), config, program, endpoint=self.endpoint), self)

    def owned(self) -> "Stack":
        """`OwnedImages`, unpaced."""
        return self.stack("owned", {"ownedImages": {"namesPerSecond": UNPACED}})

    def bare(self) -> "Stack":
        """The floor: the same Tags, each written out."""
        return self.stack("bare", {}, bare_program(self.names))


def bare_program(names: list[Named]) -> str:
    """A program of nothing but Tags with literals, as one writes it with the official SDK."""
    tags = [
        f"aws.ec2.Tag({one.label!r}, resource_id={one.snapshot_id!r}, key='Name', value={one.name!r}, opts=KEPT)"
        for one in names
    ]
    head = "import pulumi\nimport pulumi_aws as aws\n\nKEPT = pulumi.ResourceOptions(retain_on_delete=True)\n"
    return "\n".join([head, *tags, ""])


class Stack:
    """A stack that can be put back to where nothing was made."""

    def __init__(self, program: Program, stage: Stage) -> None:
        """Keep the empty state."""
        as_on_a_users_machine(program)
        self.program, self.stage = program, stage
        self._state, self._empty = program.folder / "state", program.folder / "empty"
        shutil.copytree(self._state, self._empty)

    def put_back(self) -> None:
        """Forget the state, and take every Name away."""
        shutil.rmtree(self._state)
        shutil.copytree(self._empty, self._state)
        self.stage.unname()

    def run(self, *arguments: str, environment: Mapping[str, str] = NO_CHECKPOINTS) -> Cost:
        """Run one pulumi command."""
        return measured(self.starter(*arguments, environment=environment), self.stage.aws)

    def starter(self, *arguments: str, environment: Mapping[str, str] = NO_CHECKPOINTS) -> Callable[[], "Popen[str]"]:
        """What starts one pulumi command."""
        return lambda: self.program.start(*arguments, environment=environment)

    def name_owned(self, *options: str) -> Cost:
        """Run `snapnames name-owned`."""
        return measured(lambda: self.program.command("name-owned", "--json", *options), self.stage.aws)


@contextmanager
def stage(snapshots: int, *, buckets: bool = False) -> Iterator[Stage]:
    """A stage of its own, behind EC2's token buckets or not."""
    with LocalAws() as aws, TemporaryDirectory(prefix="snapnames-") as folder:
        if not buckets:
            yield Stage(Path(folder), aws, snapshots)
            return
        with FaultProxy(aws.url, buckets=Buckets()) as proxy:
            yield Stage(Path(folder), aws, snapshots, proxy)


def as_on_a_users_machine(program: Program) -> None:
    """Have Python keep what it compiles, and Go collect its garbage when it wants to."""
    for name in ("PYTHONDONTWRITEBYTECODE", *LATE_COLLECTOR):
        program.environment.pop(name, None)


def written(path: Path, value: object) -> None:
    """Write JSON for people and git."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
