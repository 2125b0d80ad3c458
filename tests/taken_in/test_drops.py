"""What was taken in is deleted on purpose alone, and only while nothing needs it."""

from collections.abc import Callable

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.commands.taken_in import as_now, unproven
from snapnames.rules.taken_in import TakenIn
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, snapshot_ids
from tests.faults import Fail, FaultProxy
from tests.program import Program

from .account import PERSONS_NAME, Team
from .test_releases import service

STACK = "organization/web/production"
PATTERN = "{image}({index:03d})"


def recorded(ec2: EC2Client, release: str) -> TakenIn:
    """The image of the release, as a state has it that took it in now."""
    image = images(ec2)[f"web-{release}"]
    mapped = {one["DeviceName"]: one["Ebs"]["SnapshotId"] for one in image["BlockDeviceMappings"] if "Ebs" in one}
    return TakenIn(image["ImageId"], image["Name"], mapped)


def why(ec2: EC2Client, taken: TakenIn) -> list[str]:
    """What keeps it from being deleted."""
    return unproven(ec2, as_now(ec2, {"1": taken})["1"], STACK, PATTERN)


def _share(ec2: EC2Client, _aws: LocalAws, taken: TakenIn, _first: str) -> None:
    ec2.modify_image_attribute(ImageId=taken.image_id, LaunchPermission={"Add": [{"UserId": "210987654321"}]})


def _share_snapshot(ec2: EC2Client, _aws: LocalAws, _taken: TakenIn, first: str) -> None:
    ec2.modify_snapshot_attribute(
        SnapshotId=first, Attribute="createVolumePermission", OperationType="add", UserIds=["210987654321"]
    )


def _lock(ec2: EC2Client, _aws: LocalAws, _taken: TakenIn, first: str) -> None:
    ec2.lock_snapshot(SnapshotId=first, LockMode="governance", LockDuration=1)


def _say_keep(ec2: EC2Client, _aws: LocalAws, taken: TakenIn, _first: str) -> None:
    ec2.create_tags(Resources=[taken.image_id], Tags=[{"Key": "do-not-delete", "Value": "audit"}])


def _name(ec2: EC2Client, _aws: LocalAws, _taken: TakenIn, first: str) -> None:
    ec2.create_tags(Resources=[first], Tags=[{"Key": "Name", "Value": "before the audit"}])


def _take_in_elsewhere(ec2: EC2Client, _aws: LocalAws, taken: TakenIn, _first: str) -> None:
    ec2.create_tags(Resources=[taken.image_id], Tags=[{"Key": "snapnames:taken-in", "Value": "organization/shop/prod"}])


def _register(ec2: EC2Client, _aws: LocalAws, _taken: TakenIn, first: str) -> None:
    mappings = [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": first}}]
    ec2.register_image(Name="small", RootDeviceName="/dev/sda1", BlockDeviceMappings=mappings)  # type: ignore[arg-type]


def _refer(_ec2: EC2Client, aws: LocalAws, taken: TakenIn, _first: str) -> None:
    aws.client("ssm").put_parameter(Name="/images/web", Value=taken.image_id, Type="String")


@pytest.mark.parametrize(
    ("need", "reason"),
    [
        (_share, "it is shared with 1 account"),
        (_share_snapshot, "it is shared with 1 account"),
        (_lock, "is locked"),
        (_say_keep, "the tag do-not-delete=audit says to keep it"),
        (_name, "'before the audit': take the name away to let the image go"),
        (_take_in_elsewhere, "the stack organization/shop/prod has taken it in: drop it there"),
        (_register, "image small ("),
        (_refer, "parameter/images/web refers to it"),
    ],
)
def test_what_somebody_needs_is_not_deleted(
    aws: LocalAws,
    ec2: EC2Client,
    team: Team,
    need: Callable[[EC2Client, LocalAws, TakenIn, str], None],
    reason: str,
) -> None:
    """One reason each time; before there was none."""
    taken = recorded(ec2, min(team.images))
    free = why(ec2, taken)

    need(ec2, aws, taken, taken.snapshots["/dev/sda1"])

    (only,) = why(ec2, taken)
    assert (free, reason in only) == ([], True)


def test_what_is_another_image_by_now_or_is_named_by_a_person_is_not_deleted(ec2: EC2Client, team: Team) -> None:
    """The state may be wrong, and a person's name is never lost."""
    first, second, *_ = sorted(team.images)
    one, other = recorded(ec2, first), recorded(ec2, second)

    mixed = why(ec2, TakenIn(one.image_id, other.name, one.snapshots))
    others = why(ec2, TakenIn(one.image_id, one.name, other.snapshots))
    named = why(ec2, other)

    assert mixed == [f"EC2 has {one.name!r} under {one.image_id}, and {other.name!r} ({one.image_id}) was taken in"]
    assert others == ["its snapshots are others than when it was taken in"]
    called = f"a person has called {', '.join(other.snapshots.values())} '{PERSONS_NAME} 1'"
    assert named == [f"{called}: take the name away to let the image go"]


def test_what_aws_does_not_tell_counts_as_a_reason(aws: LocalAws, ec2: EC2Client, team: Team) -> None:
    """A role that may not read the locks may not delete either."""
    taken = recorded(ec2, min(team.images))
    denied = {"Effect": "Deny", "Action": ["ec2:DescribeLockedSnapshots"], "Resource": "*"}
    aws.restrict("local", {"Version": "2012-10-17", "Statement": [_ALL, denied]})

    found = unproven(aws_client(aws), as_now(ec2, {"1": taken})["1"], STACK, PATTERN)

    assert found == [
        "it can't be read whether something keeps it: DescribeLockedSnapshots (UnauthorizedOperation)",
    ]


_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def aws_client(aws: LocalAws) -> EC2Client:
    """A client with the access key of the stacks."""
    import boto3  # noqa: PLC0415 -- the tests' own clients have another key

    client: EC2Client = boto3.client(
        "ec2",
        endpoint_url=aws.url,
        region_name="ap-northeast-2",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    return client


def test_a_release_whose_image_aws_does_not_deregister_stays_listed_and_is_taken_in_again(
    aws: LocalAws, ec2: EC2Client, team: Team, program: Callable[..., Program]
) -> None:
    """The update has let go of it by then: the config still lists it, so the next one has it again."""
    third, _, first = sorted(team.images, reverse=True)
    with FaultProxy(aws.url) as proxy:
        stack = program(service(team, third, first), proxy.url)
        stack.up("--skip-preview")
        kept = snapshot_ids(ec2)
        proxy.schedule.at(
            lambda call: call.name == "ec2.DeregisterImage" and "DryRun" not in call.parameters,
            1,
            Fail(code="OperationNotPermitted", status=400),
        )

        refused = stack.snapnames("prune", "--keep", "1", "--json")
        stack.config = service(team, third, first)
        stack.up("--skip-preview")
        pruned = stack.snapnames("prune", "--keep", "1", "--json").json

    assert (refused.json["dropped"], refused.json["releases"]) == ([], [third, first])
    assert "OperationNotPermitted" in refused.json["kept"][0]["why"][0]
    assert "stays, and stays listed" in refused.err
    assert (pruned["dropped"], pruned["releases"]) == ([first], [third])
    assert f"web-{first}" not in images(ec2)
    assert len(kept - snapshot_ids(ec2)) == 3


def test_what_the_state_never_had_is_not_dropped(ec2: EC2Client, team: Team, program: Callable[..., Program]) -> None:
    """The config alone says what it is, and whoever may write a file may not delete by it."""
    third, _, first = sorted(team.images, reverse=True)
    stack = program(service(team, third, first))

    told = stack.snapnames("prune", "--keep", "1", "--json")

    assert (told.json["dropped"], told.json["releases"]) == ([], [third, first])
    assert told.json["kept"] == [
        {
            "release": first,
            "why": ["the state of the stack does not have it as taken in: run `pulumi up` first, and drop it then"],
        }
    ]
    assert f"web-{first}" in images(ec2)
