"""What a release asks of EC2: its account has a limit for each API, and others share it."""

from collections import Counter
from collections.abc import Callable

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import INSTANCE_STORE, launch
from tests.faults import FaultProxy
from tests.program import Program

_READS = ("ec2.DescribeInstances", "ec2.DescribeInstanceAttribute")


def test_a_release_reads_its_source_once_a_run_and_never_when_it_is_built(
    aws: LocalAws, ec2: EC2Client, program: Callable[..., Program]
) -> None:
    """By its tags, with its volumes; an update without changes does not, and writes nothing."""
    volumes = [{"DeviceName": f"/dev/sd{letter}", "Ebs": {"VolumeSize": 1}} for letter in "fg"]
    launch(ec2, mappings=[*volumes, INSTANCE_STORE])  # type: ignore[list-item] # as boto3 takes them
    with FaultProxy(aws.url) as proxy:
        stack = program({"service": "front-web", "source": {"Name": "front-web"}, "releases": ["1"]}, proxy.url)

        def asked(*command: str) -> tuple[list[str], Counter[str]]:
            """What was asked of instances, by filter or id, or of their attributes, and every write."""
            mark = proxy.mark()
            stack.pulumi(*command)
            of = [call.parameters for call in proxy.calls(mark) if call.name in _READS]
            return (
                [said.get("InstanceId.1") or said["Filter.1.Name"] for said in of],
                Counter(call.name for call in proxy.writes(mark)),
            )

        preview = asked("preview")
        update = asked("up", "--yes", "--skip-preview")
        again = asked("up", "--yes", "--skip-preview", "--expect-no-changes")

    assert preview == (["tag:Name"], Counter())
    assert update == (["tag:Name"], Counter({"ec2.CreateImage": 1, "ec2.CreateTags": 3}))
    assert again == ([], Counter())
