"""A stack in front of one phase of its life, and what has to hold when that is over."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, launch, names, snapshot_ids
from tests.commands.rolling import refreshes, running
from tests.faults import FaultProxy, Run
from tests.program import STACK_TAG, Program

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import TagTypeDef

CopyPhase = Literal["copied-build", "copied-release", "added-region"]
Phase = Literal["build", "release", "prune", "destroy", "rollout", "rollback", "drop"] | CopyPhase
PHASES: tuple[Phase, ...] = ("build", "release", "prune", "destroy")
"""A first release with its fleet; a second one; the first one dropped; all of it gone."""

ROLLING: tuple[Phase, ...] = ("rollout", "rollback", "drop")
"""A second release on all instances, the way back to the first, and the first one dropped: by `instanceRefresh`."""

_ROLLED_BEFORE: dict[Phase, int] = {"rollout": 0, "rollback": 1, "drop": 1}
"""How many instance refreshes there are when the phase begins. A rollout is one more, and only one."""

_DESCRIBE = "autoscaling.DescribeInstanceRefreshes"

LAUNCHES = ("configuration", "template")
DEVICES = ("/dev/sda1", "/dev/sdf", "/dev/sdg")


class Stage:
    """A stack in front of one phase, behind a proxy."""

    def __init__(
        self, folder: Path, aws: LocalAws, engine: Engine, proxy: FaultProxy, phase: Phase, kind: str, source: str
    ) -> None:
        """Begin with nothing but the instance `source`."""
        self.ec2, self.aws, self.proxy, self.phase = aws.client("ec2"), aws, proxy, phase
        config = {"service": "web", "source": source, "releases": ["1"], **self.settings(kind)}
        self.stack = Program(folder, aws, engine, config, endpoint=proxy.url)
        self.command: tuple[str, ...] = ("up", "--yes", "--skip-preview")

    def settings(self, kind: str) -> dict[str, Any]:
        """What the config has beside the release: a fleet."""
        fleet: dict[str, Any] = {"launch": kind, "instanceType": "t3.micro", "zones": ["ap-northeast-2a"]}
        fleet |= {"minSize": 2, "maxSize": 2, "instanceRefresh": {}} if self.rolls else {"minSize": 1, "maxSize": 2}
        return {"fleet": fleet}

    @property
    def rolls(self) -> bool:
        """Whether an update waits for the instances."""
        return self.phase in ROLLING

    def before(self) -> None:
        """Bring it to where the phase begins."""
        if self.phase != "build":
            self.stack.up("--skip-preview")
        if self.phase in ("prune", "rollback", "drop"):
            self.stack.config["releases"] = ["2", "1"]
            self.stack.up("--skip-preview")

    def at(self) -> None:
        """Ask for what the phase does. An instance refresh stands still until it is asked for a few times."""
        self.stack.config["releases"] = _LISTED.get(self.phase, ["1"])
        if self.phase == "rollback":
            self.stack.config["live"] = "1"
        if self.phase == "destroy":
            self.command = ("destroy", "--yes", "--skip-preview")
        if self.rolls:
            self.aws.settings(hold_refreshes=True)
            self._let_go_at(3)

    def _let_go_at(self, nth: int) -> None:
        """Let the refresh go on when it is described for the n-th time from now."""
        self.proxy.schedule.at(_DESCRIBE, nth, Run(lambda _: self.aws.settings(hold_refreshes=False)))

    def brought_back(self) -> list[str]:
        """Run the two commands, and tell what is wrong."""
        if self.rolls:
            self._let_go_at(2)
        recovered = self.stack.snapnames("recover", "--orphans", code=None)
        done = self.stack.pulumi(*self.command, code=None)
        found = [f"recover: exit code {recovered.code}: {recovered.err}"] if recovered.code else []
        found += [f"exit code {done.code}: {done.out}"] if done.code else []
        return found + self.wrong()

    def wrong(self) -> list[str]:
        """What is not right in the account, or not settled."""
        releases = [] if self.command[0] == "destroy" else self.stack.config["releases"]
        wanted = {f"web-{release}" for release in releases}
        launched = self.stack.config.get("live") or next(iter(releases), "")
        live = images(self.ec2)
        expected = {
            name: {device: f"{name}({index:03d})" for index, device in enumerate(DEVICES, start=1)} for name in wanted
        }
        behind = {m["Ebs"]["SnapshotId"] for i in live.values() for m in i["BlockDeviceMappings"] if "Ebs" in m}
        checks = {
            "images": (set(live), wanted),
            "names": ({name: names(self.ec2, name) for name in live}, expected),
            "orphans": (snapshot_ids(self.ec2) - behind, set()),
            "launched": (self._launched(), [live[f"web-{launched}"]["ImageId"]] if f"web-{launched}" in live else []),
            "groups": (len(self._groups()), bool(wanted)),
            "foreign": ({i["Name"] for i in live.values() if _stack_of(i.get("Tags", [])) != STACK_TAG}, set()),
        }
        if self.rolls:
            begun = _ROLLED_BEFORE[self.phase] + (self.phase != "drop")
            checks["running"] = (running(self.ec2, self.aws.client("autoscaling")), {f"web-{launched}": 2})
            checks["refreshes"] = (refreshes(self.aws.client("autoscaling")), ["Successful"] * begun)
        wrong = [f"{what}: {found!r}, not {right!r}" for what, (found, right) in checks.items() if found != right]
        if releases and not wrong:
            wrong += [f"not settled: {step['op']} {step['urn']}" for step in self.stack.steps()]
        return wrong

    def _groups(self) -> list[str]:
        groups = self.aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        return [group["AutoScalingGroupName"] for group in groups]

    def _launched(self) -> list[str]:
        """The image of every launch configuration and launch template that there is."""
        autoscaling = self.aws.client("autoscaling")
        configurations = autoscaling.describe_launch_configurations()["LaunchConfigurations"]
        templates = self.ec2.describe_launch_templates()["LaunchTemplates"]
        versions = [
            self.ec2.describe_launch_template_versions(LaunchTemplateId=t["LaunchTemplateId"], Versions=["$Latest"])
            for t in templates
        ]
        return [c["ImageId"] for c in configurations] + [
            v["LaunchTemplateVersions"][0]["LaunchTemplateData"]["ImageId"] for v in versions
        ]


_LISTED = {
    "release": ["2", "1"],
    "prune": ["2"],
    "rollout": ["2", "1"],
    "rollback": ["2", "1"],
    "drop": ["2"],
}
"""The releases that a phase asks for."""


def _stack_of(tags: Iterable["TagTypeDef"]) -> str | None:
    return next((tag["Value"] for tag in tags if tag["Key"] == "snapnames:stack"), None)


@dataclass(frozen=True)
class _Begun:
    """A stack in front of a phase, as it was the first time; its account is saved in the local AWS."""

    port: int
    """Of the proxy, which the state names as the endpoint of the provider."""

    source: str
    files: Mapping[Path, bytes]


_BEGUN: dict[str, _Begun] = {}


AnyStage = TypeVar("AnyStage", bound=Stage)


@contextmanager
def staged(
    folder: Path, aws: LocalAws, engine: Engine, phase: Phase, kind: str, of: type[AnyStage]
) -> Iterator[tuple[AnyStage, FaultProxy]]:
    """An account with nothing in it but a stack in front of the phase, of one kind of stages."""
    name = f"{phase}-{kind}-{aws.port}"
    aws.reset()
    with ExitStack() as closing:
        begun = _BEGUN.get(name)
        if begun:
            try:
                proxy = closing.enter_context(FaultProxy(aws.url, port=begun.port))
            except OSError:  # somebody else took the port
                begun = None
        if begun:
            aws.restore(name)
            stage = of(folder, aws, engine, proxy, phase, kind, begun.source)
            stage.stack.put(begun.files)
        else:
            proxy = closing.enter_context(FaultProxy(aws.url))
            source = launch(aws.client("ec2"))
            stage = of(folder, aws, engine, proxy, phase, kind, source)
            stage.before()
            aws.save(name)
            _BEGUN[name] = _Begun(proxy.port, source, stage.stack.files())
        stage.at()
        yield stage, proxy
