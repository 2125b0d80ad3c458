"""What a tool does after a kill, and with a name that a person gave: run, and looked at in the account."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.account import DATA_VOLUMES, launch
from tests.faults import FaultProxy, Hold
from tests.program import kill_all

from . import tofu
from .stage import Stage, stage

if TYPE_CHECKING:
    import subprocess

SERVICE = "front-web"
FLEET = {"instanceType": "t3.micro", "zones": ["ap-northeast-2a"], "launch": "template", "minSize": 1, "maxSize": 1}
_PERSONS = "before the migration"
_SNAPSHOTS = 8

Start = Callable[[], "subprocess.Popen[str]"]


def measure(built: tofu.Tofu) -> dict[str, Any]:
    """Each tool, once."""
    return {
        "killed": {"snapnames deploy": _killed(_deploying), "OpenTofu": _killed(lambda on: _applying(on, built))},
        "renamed": {
            "snapnames name-owned": _renamed(_naming),
            "OpenTofu": _renamed(lambda on: _naming_by_tofu(on, built)),
        },
    }


def _killed(prepared: Callable[[Stage], Start]) -> dict[str, Any]:
    """Kill it while EC2 makes the image, run the same command again, and look at what is there."""
    with stage(0) as on, FaultProxy(on.aws.url) as proxy:
        on.proxy = proxy
        start, ec2 = prepared(on), on.aws.client("ec2")
        proxy.schedule.at("ec2.CreateImage", 1, Hold(after=True))
        with start() as process:
            proxy.held()
            kill_all(process)
            process.communicate()
        proxy.release()
        proxy.settle()
        code, said = _ended(start())
        snapshots = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        return {
            "exit_code": code,
            "error": _error(said) if code else "",
            "images": len(ec2.describe_images(Owners=["self"])["Images"]),
            "unnamed_snapshots": sum("Name" not in _tags(one) for one in snapshots),
        }


def _error(said: str) -> str:
    """The first error, without what the provider says before AWS's own words."""
    found = next((line for line in said.splitlines() if "Error: " in line), "")
    return found.lstrip("│ ").rpartition("api error ")[2]


def _deploying(on: Stage) -> Start:
    instance = launch(on.aws.client("ec2"), mappings=DATA_VOLUMES)
    stack = on.stack("service", {"service": SERVICE, "source": instance, "releases": ["1"], "fleet": FLEET}).program
    stack.up("--skip-preview")
    return lambda: stack.command("deploy", "--release", "2")


def _applying(on: Stage, built: tofu.Tofu) -> Start:
    instance = launch(on.aws.client("ec2"), mappings=DATA_VOLUMES)
    work = tofu.Workspace(on.folder / "service", "service", built, on.endpoint).initialized()
    given = {"service": SERVICE, "source_instance": instance}
    _done(work.start("apply", "-auto-approve", variables={**given, "releases": '["1"]'}))
    return lambda: work.start("apply", "-auto-approve", variables={**given, "releases": '["2", "1"]'})


def _renamed(prepared: Callable[[Stage], tuple[Start, Start]]) -> dict[str, Any]:
    """Give a snapshot another name after the tool has named it, run it again, and remove all that it has made."""
    with stage(_SNAPSHOTS) as on:
        run, remove = prepared(on)
        snapshot = on.names[0].snapshot_id
        ec2 = on.aws.client("ec2")

        def name() -> str:
            return _tags(ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]).get("Name", "")

        _done(run())
        ec2.create_tags(Resources=[snapshot], Tags=[{"Key": "Name", "Value": _PERSONS}])
        _done(run())
        after_run = name()
        ec2.create_tags(Resources=[snapshot], Tags=[{"Key": "Name", "Value": _PERSONS}])
        _done(remove())
        return {"next_run": _kept(after_run), "destroy": _kept(name())}


def _kept(name: str) -> str:
    return "stays" if name == _PERSONS else "is lost"


def _naming(on: Stage) -> tuple[Start, Start]:
    stack = on.owned().program
    return lambda: stack.command("name-owned"), lambda: stack.start("destroy", "--yes", "--skip-preview")


def _naming_by_tofu(on: Stage, built: tofu.Tofu) -> tuple[Start, Start]:
    work = tofu.Workspace(on.folder / "names", "names", built, on.endpoint).initialized()
    work.write_names(on.names)
    return lambda: work.start("apply", "-auto-approve"), lambda: work.start("destroy", "-auto-approve")


def _tags(of: Any) -> dict[str, str]:  # noqa: ANN401 -- a snapshot, as boto3 gives it
    return {tag["Key"]: tag["Value"] for tag in of.get("Tags", [])}


def _ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    with process:
        said = "".join(part or "" for part in process.communicate())
    return process.returncode, said


def _done(process: "subprocess.Popen[str]") -> None:
    code, said = _ended(process)
    if code:
        raise RuntimeError(said)
