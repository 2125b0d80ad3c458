"""What only AWS knows fails the preview, by name, before an image is made."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import ACCESS_KEY, all_but, images, launch, snapshot_ids, writes
from tests.program import Done, Program

Make = Callable[[Mapping[str, Any]], Program]


@pytest.fixture
def source(ec2: EC2Client) -> str:
    """An instance of three EBS volumes."""
    return launch(ec2)


def config(source: str, **more: object) -> dict[str, Any]:
    """One release of this source."""
    return {"service": "front-web", "releases": ["1"], "source": source, **more}


def error(refused: Done) -> str:
    """What the failed command said, but for the line that ends every failed program."""
    lines = [line.strip() for line in refused.out.partition("Diagnostics:\n")[2].partition("\n\n")[0].splitlines()]
    assert lines[-1] == "error: an unhandled error occurred: program exited with non-zero exit code: 1"
    return "\n".join(lines[1:-1]).removeprefix("error: ")


def terminated(ec2: EC2Client) -> str:
    """An instance that was."""
    instance = launch(ec2)
    ec2.terminate_instances(InstanceIds=[instance])
    return instance


def bundled(ec2: EC2Client) -> str:
    """An instance whose root is in the instance store."""
    image = ec2.register_image(Name="bundled", ImageLocation="bucket/image.manifest.xml")["ImageId"]
    return ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]


def unknown(_: EC2Client) -> str:
    """An id that no instance has."""
    return "i-0123456789abcdef0"


@pytest.mark.parametrize(
    ("make_source", "fault"),
    [
        (unknown, "does not exist in this account and region: give the id of a running instance"),
        (
            terminated,
            "is terminated; EC2 makes an image of a running or stopped instance: give the id of a running instance",
        ),
        (
            bundled,
            (
                "has an instance-store root volume; EC2 makes an image only of an instance with an EBS root: give the "
                "id of a running instance that has one"
            ),
        ),
    ],
)
@pytest.mark.fault("source instance gone, or with an instance-store root")
def test_a_source_that_ec2_can_make_no_image_of_fails_the_preview(
    program: Make, aws: LocalAws, ec2: EC2Client, make_source: Callable[[EC2Client], str], fault: str
) -> None:
    """The message names the instance and the image."""
    instance = make_source(ec2)
    stack = program(config(instance))
    mark = aws.mark()

    refused = stack.preview(code=1)

    assert error(refused) == f"source instance {instance!r} of image 'front-web-1' {fault}"
    assert writes(aws, mark) == []


def test_a_source_that_is_stopped_passes_the_preview(program: Make, aws: LocalAws, ec2: EC2Client) -> None:
    """EC2 makes images of stopped instances too."""
    instance = launch(ec2)
    ec2.stop_instances(InstanceIds=[instance])
    mark = aws.mark()

    program(config(instance)).preview()

    assert writes(aws, mark) == []


@pytest.mark.fault("source instance gone, or with an instance-store root")
def test_an_update_without_a_preview_makes_nothing_of_a_terminated_source(
    program: Make, aws: LocalAws, ec2: EC2Client
) -> None:
    """Nor does it call CreateImage to find out."""
    instance = terminated(ec2)
    stack = program(config(instance))
    mark = aws.mark()

    refused = stack.up("--skip-preview", code=1)

    assert error(refused).startswith(f"source instance {instance!r} of image 'front-web-1' is terminated;")
    assert writes(aws, mark) == []


@pytest.mark.fault("image name taken")
def test_a_name_that_a_foreign_image_has_fails_the_preview(
    program: Make, aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """The message names that image, and it stays as it is; another release is free."""
    foreign = ec2.create_image(InstanceId=source, Name="front-web-1")["ImageId"]
    stack = program(config(source))
    mark = aws.mark()

    refused = stack.preview(code=1)
    stack.config["releases"] = ["2"]
    stack.preview()

    assert error(refused) == (
        f"image name 'front-web-1' is taken by {foreign}, which this stack did not build; names are unique in an "
        "account and region: release under another name, or take the image in as it is, by its id in snapnames:takenIn"
    )
    assert writes(aws, mark) == []


@pytest.mark.parametrize(
    ("patterns", "fault"),
    [
        (
            ("{image}", "{image} {device}"),
            (
                "gives /dev/sda1, /dev/sdf, /dev/sdg of image 'front-web-1' the same name 'front-web-1'; each snapshot "
                "of an image needs its own: put {index} or {device} into the pattern"
            ),
        ),
        (
            ("x" * 248 + "{device}", "x" * 247 + "{device}"),
            (
                "gives the snapshot of /dev/sda1 of image 'front-web-1' a name of 257 characters; a tag's value has 1 "
                "to 256: set a pattern of another length"
            ),
        ),
    ],
)
def test_a_pattern_that_does_not_suit_the_volumes_fails_the_preview(
    program: Make, aws: LocalAws, source: str, patterns: tuple[str, str], fault: str
) -> None:
    """Names that would be the same, or too long for one device; the pattern beside it passes."""
    bad, good = patterns
    stack = program(config(source, namePattern=bad))
    mark = aws.mark()

    refused = stack.preview(code=1)
    stack.config["namePattern"] = good
    stack.preview()

    assert error(refused) == f"name pattern {bad!r} {fault}"
    assert writes(aws, mark) == []


def edited(stack: Program, edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> dict[str, Any]:
    """Edit the resources in the stack's state by hand; the state as it was."""
    state: dict[str, Any] = json.loads(stack.pulumi("stack", "export").out)
    changed = {**state, "deployment": {**state["deployment"], "resources": edit(state["deployment"]["resources"])}}
    restore(stack, changed)
    return state


def restore(stack: Program, state: dict[str, Any]) -> None:
    """Put a state in the place of the stack's."""
    path = stack.folder / "state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    stack.pulumi("stack", "import", "--file", str(path))


def test_a_state_that_lost_an_image_or_its_volumes_fails_the_preview_and_a_whole_one_does_not(
    program: Make, aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """Both messages name the image: it is neither built a second time nor taken for one without volumes."""
    stack = program(config(source))
    stack.up("--skip-preview")
    image, snapshots = images(ec2)["front-web-1"]["ImageId"], snapshot_ids(ec2)
    mark = aws.mark()

    whole = edited(stack, lambda found: [one for one in found if one["type"] == "pulumi:pulumi:Stack"])
    lost = stack.preview(code=1)
    restore(stack, whole)
    edited(stack, _without_volumes)
    without_volumes = stack.preview(code=1)
    restore(stack, whole)
    stack.preview("--expect-no-changes")

    assert error(lost) == (
        f"image 'front-web-1' ({image}) was built by this stack, whose state does not have its volumes, as after a "
        "create that timed out: run `pulumi up --refresh`; if the state does not have the image at all: run "
        "`snapnames recover`, which takes it in"
    )
    assert error(without_volumes) == (
        f"image 'front-web-1' ({image}) has no EBS volume in the state of this stack, as after a create that failed or "
        "timed out, so there is nothing to name: run `pulumi up --refresh`, or drop its release from the list"
    )
    assert writes(aws, mark) == []
    assert snapshot_ids(ec2) == snapshots


def _without_volumes(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As a create that failed leaves the image in the state.

    A newer plugin keeps a value beside the outputs that has to fit them, and stops where it does not. A state may do
    without that value.
    """
    return [
        one
        if one["type"] != "aws:ec2/amiFromInstance:AmiFromInstance"
        else {**one, "outputs": _emptied(one["outputs"])}
        for one in resources
    ]


def _emptied(outputs: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in outputs.items() if key != "__pulumi_raw_state_delta"}
    return {**kept, "ebsBlockDevices": []}


@pytest.mark.parametrize(
    ("denied", "what"),
    [
        ("ec2:DescribeInstanceStatus", r"the instances of snapnames:source \{'role': 'web'\} can't be read: "),
        ("ec2:DescribeSnapshots", "the images of dropped releases can't be read: "),
        ("ec2:DescribeLaunchTemplates", "what uses the images of dropped releases can't be read: "),
    ],
)
def test_a_read_that_aws_refuses_fails_the_preview_with_what_it_was_for(
    aws: LocalAws, program: Make, ec2: EC2Client, denied: str, what: str
) -> None:
    """In AWS's words, and without a traceback."""
    stack = program(config(launch(ec2, {"role": "web"})))
    stack.up("--skip-preview")
    stack.config |= {"source": {"role": "web"}, "releases": ["2"]}
    aws.restrict(ACCESS_KEY, all_but(denied))

    refused = error(stack.preview(code=None))

    assert re.search(f"(?m)^(error: )?{what}", refused)
    assert "UnauthorizedOperation" in refused
    assert refused.endswith("see to aws:profile, aws:region and the credentials")
    assert "Traceback" not in refused
