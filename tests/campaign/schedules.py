"""Names given while calls fail, are dropped and wait by chance."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, launch, names
from tests.faults import Answer, FaultProxy, Rates, Schedule
from tests.program import Program

from .results import Result

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import BlockDeviceMappingTypeDef

IMAGES = 10
"""Of four snapshots each."""

RATES = Rates(fail_before=0.08, fail_after=0.08, drop_before=0.04, drop_after=0.04, delay=0.05)
_DEVICES = ("/dev/sda1", "/dev/sdf", "/dev/sdg", "/dev/sdh")


@dataclass(frozen=True)
class ByChance:
    """40 snapshots are named while a seed decides what each call meets."""

    seed: int
    fault = "503s, drops and delays by chance while 40 snapshots are named"

    def __str__(self) -> str:
        return f"seed {self.seed}"

    def attempt(self, folder: Path, aws: LocalAws, engine: Engine) -> Result:
        """Update under the schedule; what that could not name, one without faults has to."""
        aws.reset()
        ec2 = aws.client("ec2")
        wanted = _account(ec2)
        with FaultProxy(aws.url, Schedule.random(self.seed, RATES)) as proxy:
            stack = Program(folder, aws, engine, {"ownedImages": True}, endpoint=proxy.url)
            done = stack.pulumi("up", "--yes", "--skip-preview", code=None)
            suffered = sum(call.answer is not Answer.PASSED for call in proxy.calls())
            wrong = _unsaid(wanted, {image: names(ec2, image) for image in images(ec2)}, done.code, done.out)
            proxy.schedule.clear()
            if done.code:
                wrong += _named(stack, ec2, wanted)
        return Result(self.fault, str(self), "the update failed" if done.code else "", wrong, suffered)


def _account(ec2: "EC2Client") -> dict[str, dict[str, str | None]]:
    """Make the images, and give the names that are wanted."""
    volumes: list[BlockDeviceMappingTypeDef] = [
        {"DeviceName": device, "Ebs": {"VolumeSize": size}}
        for device, size in zip(_DEVICES[1:], (1, 2, 3), strict=True)
    ]
    instance = launch(ec2, mappings=volumes)
    for number in range(IMAGES):
        ec2.create_image(InstanceId=instance, Name=f"web-{number}", NoReboot=True)
    return {
        f"web-{number}": {device: f"web-{number}({index:03d})" for index, device in enumerate(_DEVICES, start=1)}
        for number in range(IMAGES)
    }


def _named(stack: Program, ec2: "EC2Client", wanted: dict[str, dict[str, str | None]]) -> list[str]:
    """What is wrong after the next update."""
    again = stack.pulumi("up", "--yes", "--skip-preview", code=None)
    after = {image: names(ec2, image) for image in images(ec2)}
    failed = [f"the next update: exit code {again.code}: {again.out}"] if again.code else []
    return failed + ([f"after the next update: {after!r}"] if after != wanted else [])


def _unsaid(
    wanted: dict[str, dict[str, str | None]], live: dict[str, dict[str, str | None]], code: int, out: str
) -> list[str]:
    """Names that are missing or wrong without the update having failed and named them."""
    missing = [
        f"{image}:{device}"
        for image, devices in wanted.items()
        for device, name in devices.items()
        if live[image][device] != name
    ]
    return [
        f"{label} is not named, and exit code {code} does not say so"
        for label in missing
        if not code or label not in out
    ]
