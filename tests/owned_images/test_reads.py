"""What a plan costs of the account's API limits."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch, writes
from tests.faults import Answer, Buckets, FaultProxy
from tests.program import Program

Make = Callable[..., Program]
LARGE = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""For a stack of thousands of resources, the state of which is otherwise written after each."""


def build(ec2: EC2Client, images: int, volumes: int, of: str = "web") -> None:
    """Make so many images of an instance with so many volumes: a call each."""
    source = launch(
        ec2,
        mappings=[
            {"DeviceName": f"/dev/sd{letter}", "Ebs": {"VolumeSize": 1}} for letter in "fghijklmno"[: volumes - 1]
        ],
    )
    with ThreadPoolExecutor(8) as threads:
        made = threads.map(
            lambda number: ec2.create_image(InstanceId=source, Name=f"{of}-{number:04d}", NoReboot=True), range(images)
        )
        assert len(list(made)) == images


def test_a_plan_of_1000_images_and_4000_snapshots_takes_6_reads_and_no_write(
    aws: LocalAws, ec2: EC2Client, program: Make
) -> None:
    """A page of images and four of snapshots, and the images that are this stack's own."""
    build(ec2, images=1000, volumes=4)
    stack = program({"ownedImages": True})
    mark = aws.mark()

    said = stack.pulumi("preview", environment=LARGE).out

    assert "snapshots: 4000 named, 0 keep another name, 0 shared, 0 skipped" in said
    assert Counter(aws.calls(mark)) == {"ec2.DescribeImages": 2, "ec2.DescribeSnapshots": 4}


def test_an_update_writes_once_for_each_name_that_is_not_there_yet(
    aws: LocalAws, ec2: EC2Client, program: Make
) -> None:
    """More than EC2 takes at once, so that some have to wait; the next update writes nothing, and reads no more."""
    build(ec2, images=11, volumes=10)
    stack = program({"ownedImages": {"namesPerSecond": 1000}})
    mark = aws.mark()

    stack.up("--skip-preview")
    first = Counter(aws.calls(mark))
    build(ec2, images=1, volumes=3, of="sql")
    mark = aws.mark()
    stack.up("--skip-preview")
    second = writes(aws, mark)
    mark = aws.mark()
    stack.up("--skip-preview", "--expect-no-changes")

    assert (first["ec2.CreateTags"], first["ec2.DescribeImages"], first["ec2.DescribeSnapshots"]) == (110, 2, 1)
    assert second == ["ec2.CreateTags"] * 3
    assert Counter(aws.calls(mark)) == {"ec2.DescribeImages": 2, "ec2.DescribeSnapshots": 1}


def test_more_names_than_ec2_takes_at_once_are_given_without_one_call_over_its_buckets(
    aws: LocalAws, ec2: EC2Client, program: Make
) -> None:
    """The bucket fills from its first call on, which is some seconds after the program has asked for all names.

    Those that go at once are read again in one call, and those that have to wait in another.
    """
    build(ec2, images=12, volumes=10)
    with FaultProxy(aws.url, buckets=Buckets()) as proxy:
        stack = program({"ownedImages": True}, proxy.url)

        stack.pulumi("up", "--yes", "--skip-preview", environment=LARGE)

        answers = Counter((call.name, call.answer) for call in proxy.calls())
    assert answers == {
        ("ec2.CreateTags", Answer.PASSED): 120,
        ("ec2.DescribeTags", Answer.PASSED): 120 + 2,
        ("ec2.DescribeImages", Answer.PASSED): 2,
        ("ec2.DescribeSnapshots", Answer.PASSED): 1,
    }
