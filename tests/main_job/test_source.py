"""The instance that a release is made of: found by tags or id, in the account and region of the stack's provider."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, launch, names, snapshot_ids, writes
from tests.program import Program

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import TagTypeDef

RELEASE, NEXT = "20180307231207", "20180314230502"
IMAGE, NEXT_IMAGE = f"front-web-{RELEASE}", f"front-web-{NEXT}"
TAGS = {"role": "web", "stage": "live"}
NOT_FOUND = "matches no running instance in this account and region"


def released(source: str | dict[str, str], *releases: str) -> dict[str, Any]:
    """Config of these releases, newest first."""
    return {"service": "front-web", "source": source, "releases": list(releases or (RELEASE,))}


def expected_names(image_name: str) -> dict[str, str]:
    """Device to name, of an image of the usual source."""
    return {
        "/dev/sda1": f"{image_name}(001)",
        "/dev/sdf": f"{image_name}(002)",
        "/dev/sdg": f"{image_name}(003)",
    }


def launched_later(ec2: EC2Client, than: str) -> str:
    """An instance that runs for less long, by EC2's clock of whole seconds, and comes first by its id."""
    while True:
        later = launch(ec2, TAGS)
        started = {
            instance["InstanceId"]: instance["LaunchTime"]
            for group in ec2.describe_instances(InstanceIds=[than, later])["Reservations"]
            for instance in group["Instances"]
        }
        if started[later] > started[than] and later < than:
            return later
        ec2.terminate_instances(InstanceIds=[later])


def launched_in_the_upper_half(ec2: EC2Client) -> str:
    """An instance with an id that half of all others come before."""
    while (instance := launch(ec2, TAGS)) < "i-8":
        ec2.terminate_instances(InstanceIds=[instance])
    return instance


def test_of_several_running_instances_the_one_that_has_run_longest_is_the_source(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """The preview says which one, and it is the one that the image is made of. All tags must match."""
    ec2 = aws.client("ec2")
    launch(ec2, {"role": "web", "stage": "test"})
    longest = launched_in_the_upper_half(ec2)
    launched_later(ec2, than=longest)
    stack = program(released(TAGS))

    previewed = stack.preview("--diff").out

    assert re.findall(r"sourceInstanceId *: \"(.*)\"", previewed) == [longest]
    assert f"source of image {IMAGE}: {longest}, running since " in previewed
    assert ", chosen of 2 healthy (2 running)" in previewed


def test_an_instance_that_is_stopped_or_terminated_is_not_the_source(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """Tags pick a serving instance; without one there is nothing to make a release of."""
    ec2 = aws.client("ec2")
    ec2.stop_instances(InstanceIds=[launch(ec2, TAGS)])
    ec2.terminate_instances(InstanceIds=[launch(ec2, TAGS)])
    stack = program(released(TAGS))

    without = stack.preview(code=None)
    running = launch(ec2, TAGS)
    with_one = stack.preview()

    assert (without.code, f"error: snapnames:source {TAGS} {NOT_FOUND}" in without.out) == (1, True)
    assert f"source of image {IMAGE}: {running}, " in with_one.out
    assert "chosen of 1 healthy (1 running)" in with_one.out


def test_a_source_is_found_among_more_instances_than_ec2_tells_the_status_of_at_once(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """It takes 100 ids a call, so 101 are two calls."""
    ec2 = aws.client("ec2")
    image_id = ec2.describe_images()["Images"][0]["ImageId"]
    tags: list[TagTypeDef] = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    ec2.run_instances(
        ImageId=image_id, MinCount=101, MaxCount=101, TagSpecifications=[{"ResourceType": "instance", "Tags": tags}]
    )
    stack, mark = program(released(TAGS)), aws.mark()

    previewed = stack.preview().out

    assert ", chosen of 101 healthy (101 running)" in previewed
    assert Counter(aws.calls(mark))["ec2.DescribeInstanceStatus"] == 2


def test_tags_are_looked_up_once_a_run_and_only_while_a_release_is_not_built(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """A built release needs no source, so none is missed; the next release does."""
    ec2 = aws.client("ec2")
    source = launch(ec2, TAGS)
    stack = program(released(source))
    mark = aws.mark()
    stack.preview()
    by_id, mark = Counter(aws.calls(mark)), aws.mark()

    stack.config["source"] = TAGS
    stack.preview()
    by_tags = Counter(aws.calls(mark))
    stack.up("--skip-preview")
    ec2.terminate_instances(InstanceIds=[source])
    mark = aws.mark()
    stack.preview("--expect-no-changes")
    built = set(aws.calls(mark))
    stack.config["releases"] = [NEXT, RELEASE]
    next_one = stack.preview(code=None)

    assert by_tags - by_id == {"ec2.DescribeInstanceStatus": 1}
    assert by_id - by_tags == Counter()
    assert built == {"ec2.DescribeImages"}
    assert next_one.code == 1
    assert f"{NOT_FOUND}, and image '{NEXT_IMAGE}' is not built yet" in next_one.out


def test_a_named_profile_is_used_to_find_the_source_and_to_build(
    aws: LocalAws, program: Callable[..., Program], tmp_path: Path
) -> None:
    """Of a shared credentials file; there are no other keys in the environment.

    A profile that does not exist fails the preview with the reason. A newer CLI stops the program then, an older one
    lets it say what it wanted to read.
    """
    ec2 = aws.client("ec2")
    launch(ec2, TAGS)
    credentials = tmp_path / "credentials"
    credentials.write_text("[release]\naws_access_key_id = profile\naws_secret_access_key = profile\n")
    stack = program({**released(TAGS), "aws:profile": "release"})
    stack.environment["AWS_SHARED_CREDENTIALS_FILE"] = str(credentials)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del stack.environment[name]

    stack.up("--skip-preview")
    stack.config["aws:profile"] = "other"
    unknown = stack.preview(code=None)

    assert names(ec2, IMAGE) == expected_names(IMAGE)
    assert unknown.code == 1
    assert "failed to get shared config profile, other" in unknown.out
    if "Resource monitor has terminated" not in unknown.out:
        assert "the images of the account can't be read: " in unknown.out
        assert "Traceback" not in unknown.out


def test_another_region_is_where_the_source_is_found_and_the_image_is_built(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """An instance with the same tags elsewhere is no candidate."""
    home, other = aws.client("ec2"), aws.client("ec2", "eu-central-1")
    launch(home, TAGS)
    source = launch(other, TAGS)
    stack = program({**released(TAGS), "aws:region": "eu-central-1"})

    updated = stack.up("--skip-preview")

    assert f"source of image {IMAGE}: {source}, " in updated.out
    assert names(other, IMAGE) == expected_names(IMAGE)
    assert (images(home), snapshot_ids(home)) == ({}, set())


def test_a_source_given_by_id_is_used_though_it_is_stopped(aws: LocalAws, program: Callable[..., Program]) -> None:
    """EC2 makes images of stopped instances too; an id that it does not have is an error."""
    ec2 = aws.client("ec2")
    source = launch(ec2)
    ec2.stop_instances(InstanceIds=[source])
    stack = program(released(source))
    mark = aws.mark()

    steps = stack.steps()
    stack.config["source"] = "i-0123456789abcdef0"
    unknown = stack.preview(code=None)

    assert [
        step["newState"]["inputs"]["sourceInstanceId"] for step in steps if step["urn"].endswith(f"Instance::{IMAGE}")
    ] == [source]
    assert unknown.code == 1
    assert (
        f"error: source instance 'i-0123456789abcdef0' of image '{IMAGE}' does not exist in this account and region: "
        "give the id of a running instance"
    ) in unknown.out
    assert writes(aws, mark) == []


def test_a_fleet_as_source_is_its_instances_in_service_whatever_tags_others_have(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """An older instance with the very tags of the fleet is none of them. Without a group, an id is asked for."""
    ec2 = aws.client("ec2")
    fleet = {"instanceType": "t3.small", "minSize": 1, "maxSize": 1, "zones": ["ap-northeast-2a"], "tags": TAGS}
    stack = program({**released("fleet"), "fleet": fleet})
    launch(ec2, TAGS)

    too_early = stack.preview(code=None)
    stack.config["source"] = launch(ec2)
    stack.up("--skip-preview")
    [group] = aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    stack.config |= {"source": "fleet", "releases": [NEXT, RELEASE]}
    stack.up("--skip-preview")

    assert too_early.code == 1
    assert f"this stack has no Auto Scaling group yet to make image '{IMAGE}' of: give an instance id" in too_early.out
    assert images(ec2)[NEXT_IMAGE]["SourceInstanceId"] == group["Instances"][0]["InstanceId"]


def program_of(text: str, folder: Path, aws: LocalAws, engine: Engine, config: dict[str, Any]) -> Program:
    """A stack of a program that uses the components as a library."""
    main = folder / "main"
    main.mkdir()
    (main / "__main__.py").write_text(text, encoding="utf-8")
    return Program(folder / "stack", aws, engine, config, main=main)


UNKNOWN_SOURCE = """
import pulumi
import pulumi_aws as aws

from snapnames import ReleaseImage

source = aws.ec2.Instance(
    "source",
    ami=pulumi.Config().require("ami"),
    instance_type="t3.micro",
    ebs_block_devices=[{"device_name": "/dev/sdf", "volume_size": 1}],
)
ReleaseImage("web", {"image_name": "web-1", "source_instance_id": source.id})
"""


def test_a_source_that_does_not_exist_yet_shows_no_names_and_gets_them_all(
    aws: LocalAws, engine: Engine, tmp_path: Path
) -> None:
    """The preview says when they will show."""
    ec2 = aws.client("ec2")
    public = ec2.describe_images(Filters=[{"Name": "root-device-name", "Values": ["/dev/sda1"]}])["Images"]
    ami = min(image["ImageId"] for image in public)
    stack = program_of(UNKNOWN_SOURCE, tmp_path, aws, engine, {"ami": ami})

    previewed = stack.preview().out
    stack.up("--skip-preview")

    assert "the snapshot names of image web-1 show when its source instance exists" in previewed
    assert "aws:ec2:AmiFromInstance" in previewed
    assert "aws:ec2:Tag" not in previewed
    assert names(ec2, "web-1") == {"/dev/sda1": "web-1(001)", "/dev/sdf": "web-1(002)"}


def test_a_program_of_ones_own_is_told_that_its_source_does_not_exist(
    aws: LocalAws, engine: Engine, tmp_path: Path
) -> None:
    """There the provider reads the instance."""
    stack = program_of(MANY_IMAGES, tmp_path, aws, engine, {"source": "i-0123456789abcdef0"})

    refused = stack.preview(code=1)

    assert re.search(r"source instance 'i-0123456789abcdef0' of image 'web-\d+' does not exist in this", refused.out)


MANY_IMAGES = """
import pulumi

from snapnames import ReleaseImage

for number in range(200):
    name = f"web-{number}"
    ReleaseImage(name, {"image_name": name, "source_instance_id": pulumi.Config().require("source")})
"""


def test_two_hundred_new_images_of_one_program_are_previewed_with_every_name(
    aws: LocalAws, engine: Engine, tmp_path: Path
) -> None:
    """More than the engine or the SDK answer at one time."""
    ec2 = aws.client("ec2")
    stack = program_of(MANY_IMAGES, tmp_path, aws, engine, {"source": launch(ec2, mappings=[])})

    steps = stack.steps()

    assert {
        step["urn"].rpartition("::")[2]: step["newState"]["inputs"]["value"]
        for step in steps
        if step["urn"].split("::")[2].endswith("$aws:ec2/tag:Tag")
    } == {f"web-{number}:/dev/sda1": f"web-{number}(001)" for number in range(200)}
