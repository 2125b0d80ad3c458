"""The places that the commands of a page are run in: one shell for all that follow a `setup`."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from snapnames.testing.environment import sealed
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import launch
from tests.dev_stack.clone import Clone
from tests.program import ROOT
from tests.taken_in.account import seed, seed_group

from .installation import Installation
from .pages import Command

_VARIABLE = (
    (r"\b(i|ami|snap|lt|sg|vpc|subnet)-[0-9a-f]{8,17}\b", r"\1-*"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d( UTC)?", "TIME"),
    (r"\d+(\.\d+)?s\b", "SECONDS"),
    (r"\s+", " "),
)
"""What differs from run to run."""


def run_all(commands: list[Command], folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Run them in one shell; gives what is shown and was not printed. Fails the test where one fails."""
    script = "set -eu\n" + "".join(f"echo '@@@ {n}'\n{command.text}\n" for n, command in enumerate(commands))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"exit code {done.returncode}:\n{done.stdout}"
    outputs = re.split(r"^@@@ \d+\n", done.stdout, flags=re.MULTILINE)[1:]
    missing = []
    for command, output in zip(commands, outputs, strict=True):
        printed = {_stable(line) for line in output.splitlines()}
        missing += [f"$ {command.text}: {line}" for line in command.shown if _stable(line) not in {*printed, "..."}]
    return missing


def _stable(line: str) -> str:
    for pattern, instead in _VARIABLE:
        line = re.sub(pattern, instead, line)
    return line.strip()


def in_a_clone(
    folder: Path, commands: list[Command], _installed: Installation, aws: LocalAws, engine: Engine
) -> list[str]:
    """A clone of the repository with a port of its own, where nothing has been run yet."""
    clone = Clone.at(folder / "clone")
    environment = _sealed(folder, clone.folder / ".venv" / "bin", aws, engine)
    try:
        return run_all(commands, clone.folder, {**environment, **clone.variables, "PATH": environment["PATH"]})
    finally:
        clone.make("down")


def with_the_wheel(
    folder: Path, commands: list[Command], installed: Installation, aws: LocalAws, engine: Engine
) -> list[str]:
    """The program with the wheel installed, and an empty account."""
    return run_all(commands, _project(folder, installed), _account(folder, installed, aws, engine))


def in_an_account_with_an_instance(
    folder: Path, commands: list[Command], installed: Installation, aws: LocalAws, engine: Engine
) -> list[str]:
    """The same, and an account in which a group runs an instance of front-web."""
    _group_of_one(aws)
    return with_the_wheel(folder, commands, installed, aws, engine)


def _group_of_one(aws: LocalAws) -> None:
    ec2, scaling = aws.client("ec2"), aws.client("autoscaling")
    public = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    scaling.create_launch_configuration(LaunchConfigurationName="first", ImageId=public, InstanceType="t3.micro")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="front-web",
        LaunchConfigurationName="first",
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=["ap-northeast-2a"],
        Tags=[{"Key": "service", "Value": "front-web", "PropagateAtLaunch": True}],
    )


def in_an_empty_folder(
    folder: Path, commands: list[Command], installed: Installation, aws: LocalAws, engine: Engine
) -> list[str]:
    """A folder with nothing but the environment that the wheel is in; the account has an instance of front-web."""
    _group_of_one(aws)
    project = folder / "project"
    project.mkdir()
    (project / ".venv").symlink_to(installed.folder)
    return run_all(commands, project, _account(folder, installed, aws, engine))


def in_the_account_of_a_team_with_a_script(
    folder: Path, commands: list[Command], installed: Installation, aws: LocalAws, engine: Engine
) -> list[str]:
    """An empty folder, and an account with a group on a launch configuration and 30 old images of front-web."""
    ec2 = aws.client("ec2")
    team = seed(ec2, 30, "front-web")
    seed(ec2, 2, "db")
    seed_group(ec2, aws.client("autoscaling"), list(team.images.values())[-1], "front-web")
    project = folder / "project"
    project.mkdir()
    (project / ".venv").symlink_to(installed.folder)
    return run_all(commands, project, _account(folder, installed, aws, engine))


def in_an_account_with_images(
    folder: Path, commands: list[Command], installed: Installation, aws: LocalAws, engine: Engine
) -> list[str]:
    """The same, with images that nobody has named the snapshots of."""
    ec2 = aws.client("ec2")
    for name in ("front-web-1", "db-1"):
        ec2.create_image(InstanceId=launch(ec2), Name=name)
    return with_the_wheel(folder, commands, installed, aws, engine)


def _project(folder: Path, installed: Installation) -> Path:
    """The program alone, without the folders that it is installed from."""
    project = folder / "project"
    project.mkdir()
    for name in ("Pulumi.yaml", "__main__.py"):
        (project / name).write_bytes((ROOT / name).read_bytes())
    (project / ".venv").symlink_to(installed.folder)
    return project


def _account(folder: Path, installed: Installation, aws: LocalAws, engine: Engine) -> dict[str, str]:
    """The environment of a person who has two profiles, and says yes to everything."""
    keys = "aws_access_key_id = local\naws_secret_access_key = local\n"
    (folder / "config").write_text("[profile deploy]\n[profile ops]\n", encoding="utf-8")
    (folder / "keys").write_text(f"[deploy]\n{keys}[ops]\n{keys}", encoding="utf-8")
    return {
        **_sealed(folder, installed.bin, aws, engine),
        "PYTHONDONTWRITEBYTECODE": "",  # nothing is compiled there yet, and each command would compile it anew
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "keys"),
        "PULUMI_SKIP_CONFIRMATIONS": "true",
    }


def _sealed(folder: Path, programs: Path, aws: LocalAws, engine: Engine) -> dict[str, str]:
    """Nothing that a page shows can reach a real account, whatever it is."""
    (folder / "state").mkdir()
    return sealed(
        os.environ,
        path=[programs, engine.bin],
        pulumi_home=engine.home,
        backend=folder / "state",
        endpoint=aws.url,
    )


SETUPS: dict[str, Callable[[Path, list[Command], Installation, LocalAws, Engine], list[str]]] = {
    "a clone": in_a_clone,
    "the wheel": with_the_wheel,
    "an empty folder, and an account with an instance of front-web": in_an_empty_folder,
    "an account with an instance of front-web": in_an_account_with_an_instance,
    "the account of a team with a script": in_the_account_of_a_team_with_a_script,
    "an account with images": in_an_account_with_images,
}
