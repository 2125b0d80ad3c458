"""Releases with copies in two other regions: kills and lost answers at CopyImage, and a region in trouble."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.copies.regions import CLOSED, HOME, WEST
from tests.faults import Call, FaultProxy, Run

from .answers import FATES
from .kills import killed_at
from .results import Result
from .stage import DEVICES, CopyPhase, Stage, staged

COPY_PHASES: tuple[CopyPhase, ...] = ("copied-build", "copied-release", "added-region")
"""A first release with its copies; a second one; and a region that is listed later, for two releases."""

COPIES_MADE: dict[CopyPhase, int] = {"copied-build": 2, "copied-release": 2, "added-region": 2}
"""How many images a phase copies when nothing happens."""

COPY = "ec2.CopyImage"
BROKEN = "the copy broke"

Trouble = Literal["a copy fails", "a region refuses every call", "a region refuses what follows its CopyImage"]

TROUBLES: tuple[Trouble, ...] = (
    "a copy fails",
    "a region refuses every call",
    "a region refuses what follows its CopyImage",
)

Held = list[tuple[str, dict[str, str | None]]]
"""The images of a region, as name and the Name of each snapshot by device; one that has no image stands by its id."""


class CopyStage(Stage):
    """A stack whose releases are copied to `WEST` and `CLOSED`, in front of one phase."""

    def settings(self, kind: str) -> dict[str, Any]:
        """The regions of the copies; no fleet. `CLOSED` is open as long as nobody closes it."""
        self.aws.ec2(opted_in=[CLOSED])
        return {kind: {WEST: {}} if self.phase == "added-region" else {WEST: {}, CLOSED: {}}}

    def before(self) -> None:
        """Bring it to where the phase begins."""
        if self.phase != "copied-build":
            self.stack.up("--skip-preview")
        if self.phase == "added-region":
            self.stack.config["releases"] = ["2", "1"]
            self.stack.up("--skip-preview")

    def at(self) -> None:
        """Ask for what the phase does."""
        self.stack.config["releases"] = ["1"] if self.phase == "copied-build" else ["2", "1"]
        self.stack.config["copies"] = {WEST: {}, CLOSED: {}}

    def wrong(self) -> list[str]:
        """What is not right in any region, or not settled."""
        found = self.wrong_in(HOME, WEST, CLOSED)
        return found or [f"not settled: {step['op']} {step['urn']}" for step in self.stack.steps()]

    def wrong_in(self, *regions: str) -> list[str]:
        """What is not right in these regions."""
        names = sorted(f"web-{release}" for release in self.stack.config["releases"])
        wanted: Held = [
            (name, {device: f"{name}({index:03d})" for index, device in enumerate(DEVICES, start=1)}) for name in names
        ]
        held = {region: self._held(region) for region in regions}
        return [f"{region}: {found!r}, not {wanted!r}" for region, found in held.items() if found != wanted]

    def _held(self, region: str) -> Held:
        ec2 = self.aws.client("ec2", region)
        snapshots = {one["SnapshotId"]: one.get("Tags", []) for one in _snapshots(ec2)}
        named = {
            snapshot: next((tag["Value"] for tag in tags if tag["Key"] == "Name"), None)
            for snapshot, tags in snapshots.items()
        }
        found: Held = [
            (
                image["Name"],
                {
                    mapping["DeviceName"]: named.pop(mapping["Ebs"]["SnapshotId"], None)
                    for mapping in image["BlockDeviceMappings"]
                    if "Ebs" in mapping
                },
            )
            for image in ec2.describe_images(Owners=["self"])["Images"]
        ]
        return sorted(found, key=lambda one: one[0]) + [(snapshot, {}) for snapshot in sorted(named)]


def _snapshots(ec2: Any) -> list[Any]:  # noqa: ANN401 -- of boto3
    found: list[Any] = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    return found


@dataclass(frozen=True)
class KilledCopy:
    """A kill at the n-th CopyImage of a phase, before EC2 sees it or before its answer comes back."""

    phase: CopyPhase
    copy: int
    after: bool
    fault = "kill -9 of everything at a CopyImage"

    def __str__(self) -> str:
        return f"{self.phase}/{self.copy}/{'after' if self.after else 'before'}"

    def attempt(self, folder: Path, aws: LocalAws, engine: Engine) -> Result:
        """Kill, and bring back."""
        with staged(folder, aws, engine, self.phase, "copies", CopyStage) as (stage, proxy):
            at = killed_at(stage, proxy, COPY, self.copy, after=self.after)
            lost = [] if at else ["no CopyImage was met"]
            return Result(self.fault, str(self), at, lost + stage.brought_back())


@dataclass(frozen=True)
class LostCopy:
    """The n-th CopyImage of a phase is lost on the way there or back."""

    phase: CopyPhase
    copy: int
    fate: str

    @property
    def fault(self) -> str:
        """The row that it counts for."""
        return f"{self.fate}, at a CopyImage"

    def __str__(self) -> str:
        return f"{self.phase}/{self.copy}"

    def attempt(self, folder: Path, aws: LocalAws, engine: Engine) -> Result:
        """Let it happen once, and bring back."""
        with staged(folder, aws, engine, self.phase, "copies", CopyStage) as (stage, proxy):
            proxy.schedule.at(COPY, self.copy, FATES[self.fate])
            mark = proxy.mark()
            done = stage.stack.pulumi(*stage.command, code=None)
            proxy.schedule.clear()
            met = sum(call.name == COPY for call in proxy.calls(mark)) >= self.copy
            lost = [] if met else ["no CopyImage was met"]
            return Result(
                self.fault,
                str(self),
                f"{COPY}{' (the update failed)' if done.code else ''}",
                lost + stage.brought_back(),
            )


@dataclass(frozen=True)
class TroubledRegion:
    """One region is in trouble during an update, and the next one; then the trouble is over."""

    phase: CopyPhase
    trouble: Trouble
    fault = "one region of the copies in trouble"

    def __str__(self) -> str:
        return f"{self.phase}/{self.trouble}"

    def attempt(self, folder: Path, aws: LocalAws, engine: Engine) -> Result:
        """Both updates have to fail and name the region; after the second all else is right, and in the end all."""
        with staged(folder, aws, engine, self.phase, "copies", CopyStage) as (stage, proxy):
            self._begin(aws, proxy)
            first = stage.stack.pulumi(*stage.command, code=None)
            proxy.schedule.clear()
            second = stage.stack.pulumi(*stage.command, code=None)
            found = [
                f"the {nth} update does not fail for {CLOSED}: exit code {done.code}: {done.out}"
                for nth, done in (("first", first), ("second", second))
                if not done.code or CLOSED not in done.out
            ]
            found += stage.wrong_in(HOME, WEST)
            self._end(aws)
            stage.command = ("up", "--yes", "--skip-preview", "--refresh")
            return Result(self.fault, str(self), "", found + stage.brought_back())

    def _begin(self, aws: LocalAws, proxy: FaultProxy) -> None:
        if self.trouble == "a copy fails":
            aws.fail_next_image(BROKEN, region=CLOSED)
            return

        def there(call: Call) -> bool:
            return call.name == COPY and call.region == CLOSED

        after = self.trouble != "a region refuses every call"
        proxy.schedule.at(there, 1, Run(lambda _: aws.ec2(opted_in=[]), after=after))

    @staticmethod
    def _end(aws: LocalAws) -> None:
        """Open the region, and deregister what failed there, as the error says."""
        aws.ec2(opted_in=[CLOSED])
        ec2 = aws.client("ec2", CLOSED)
        for image in ec2.describe_images(Owners=["self"], Filters=[{"Name": "state", "Values": ["failed"]}])["Images"]:
            ec2.deregister_image(ImageId=image["ImageId"], DeleteAssociatedSnapshots=True)
