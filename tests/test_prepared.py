"""A stack that tests share is the same for each of them."""

from pathlib import Path

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import launch
from tests.prepared import Prepared, web
from tests.program import Program


def _instances(ec2: EC2Client) -> dict[str, str]:
    """Instance to state."""
    reservations = ec2.describe_instances()["Reservations"]
    return {one["InstanceId"]: one["State"]["Name"] for found in reservations for one in found["Instances"]}


def test_a_stack_is_made_once_and_put_back_with_its_account_and_all_that_it_is_kept_in(
    prepared: Prepared, aws: LocalAws, engine: Engine, ec2: EC2Client
) -> None:
    """Whatever a test has changed of it; another one is another stack."""
    made: list[Path] = []

    def make(folder: Path) -> Program:
        made.append(folder)
        return web(folder, aws, engine)

    first = prepared.stack("of the test of this", make)
    source, state = first.config["source"], first.files()
    first.config["releases"].append("1")
    first.config["reboot"] = True
    first.environment["LEFT"] = "1"
    (first.folder / "left").touch()
    (first.folder / f"Pulumi.{first.stack}.yaml").unlink()
    ec2.terminate_instances(InstanceIds=[source])
    launch(ec2)
    aws.settings(pending_seconds=60)

    again = prepared.stack("of the test of this", make)

    assert len(made) == 1
    assert again.config == {"service": "web", "source": source, "releases": []}
    assert "LEFT" not in again.environment
    assert not (again.folder / "left").exists()
    assert again.files() == state
    assert _instances(ec2) == {source: "running"}
    assert aws.settings()["pending_seconds"] == 0
    assert prepared.stack("of the test of this, another", make).config["source"] != source
