"""Copies in a program of one's own: the component with a fleet in its region, and services with their copies."""

from pathlib import Path

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, launch
from tests.program import ROOT, Program

from .regions import HOME, WEST, holdings, left, named

FLEET_ELSEWHERE = """
import pulumi, pulumi_aws as aws
from pulumi import ResourceOptions
from snapnames import Fleet, ImageCopy, ReleaseImage

config = pulumi.Config()
image = ReleaseImage("front-web-1", {"image_name": "front-web-1", "source_instance_id": config.require("source")})
if config.get_bool("elsewhere"):
    there = ResourceOptions(provider=aws.Provider("west", region="us-west-2"))
    copy = ImageCopy(
        "front-web-1-west",
        {
            "image_name": "front-web-1",
            "source_image_id": image.image_id,
            "source_region": "ap-northeast-2",
            "devices": image.devices,
            "encrypted": image.encrypted,
        },
        there,
    )
    launches = {"launch": "template", "instance_type": "t3.micro", "zones": ["us-west-2a"]}
    Fleet("front-web", {**launches, "image_id": copy.image_id}, there)
    pulumi.export("names", copy.snapshot_names)
"""


def test_nothing_launches_from_a_copy_that_failed(tmp_path: Path, aws: LocalAws, engine: Engine, source: str) -> None:
    """Not in the next update either. Without the failed copy, the update copies again, and the fleet is made."""
    main = tmp_path / "main"
    main.mkdir()
    (main / "__main__.py").write_text(FLEET_ELSEWHERE, encoding="utf-8")
    stack = Program(tmp_path / "stack", aws, engine, {"source": source}, main)
    scaling, west = aws.client("autoscaling", WEST), aws.client("ec2", WEST)
    stack.up("--skip-preview")
    stack.config["elsewhere"] = True
    aws.fail_next_image()

    stack.up("--skip-preview", code=1)
    again = stack.up("--skip-preview", code=1).out
    groups = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    failed = images(west)["front-web-1"]["ImageId"]
    west.deregister_image(ImageId=failed, DeleteAssociatedSnapshots=True)
    stack.up("--skip-preview", "--refresh")

    assert f"copy 'front-web-1-west' ({failed}) is 'failed'" in again
    assert groups == []
    [group] = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    [instance] = group["Instances"]
    launched = west.describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"][0]["Instances"][0]
    assert launched["ImageId"] == images(west)["front-web-1"]["ImageId"]
    assert holdings(aws, WEST) == named("1")


def test_each_service_of_a_program_has_its_releases_copied(
    tmp_path: Path, aws: LocalAws, engine: Engine, ec2: EC2Client
) -> None:
    """Both through one provider of the region. What the one drops is not asked of the other."""
    config = {
        "zones": ["ap-northeast-2a"],
        **{f"{name}:source": launch(ec2, mappings=[]) for name in ("front", "back")},
        **{f"{name}:releases": ["1"] for name in ("front", "back")},
        **{f"{name}:copies": {WEST: {}} for name in ("front", "back")},
    }
    stack = Program(tmp_path / "stack", aws, engine, config, ROOT / "examples" / "two_services")
    stack.up("--skip-preview")
    made = holdings(aws, WEST)
    used = launch(aws.client("ec2", WEST), image_id=images(aws.client("ec2", WEST))["front-1"]["ImageId"], mappings=[])

    stack.config["back:copies"] = {}
    stack.up("--skip-preview")
    stack.config["front:copies"] = {}
    refused = stack.up("--skip-preview", code=1).out

    names = {f"{name}-1": {"/dev/sda1": f"{name}-1(001)"} for name in ("front", "back")}
    assert (made, holdings(aws, HOME)) == (names, names)
    assert holdings(aws, WEST) == {"front-1": names["front-1"]}
    assert (
        f"by instance {used}; they could launch no more: put the region back, let the others move on, or set "
        in refused
    )
    assert "front:force to [in-use]" in refused


def test_the_parameter_and_the_copies_of_a_service_wait_for_the_rollout_of_its_fleet(
    tmp_path: Path, aws: LocalAws, engine: Engine, ec2: EC2Client
) -> None:
    """Each has one in each region of its copies. A failed rollout moves nothing, and copies nothing."""
    aws.settings(pending_seconds=0, refresh_seconds=0.05)
    config = {
        "zones": ["ap-northeast-2a"],
        **{f"{name}:source": launch(ec2, mappings=[]) for name in ("front", "back")},
        **{f"{name}:releases": ["1"] for name in ("front", "back")},
        **{f"{name}:parameter": f"/{name}/ami" for name in ("front", "back")},
        "front:copies": {WEST: {}},
    }
    stack = Program(tmp_path / "stack", aws, engine, config, ROOT / "examples" / "two_services")

    stack.up("--skip-preview")
    first = {region: parameters(aws, region) for region in (HOME, WEST)}
    outputs = stack.outputs()
    ids = {region: images(aws.client("ec2", region))["front-1"]["ImageId"] for region in (HOME, WEST)}
    aws.settings(unhealthy_images=["front-2"], refresh_timeout_seconds=1)
    stack.config["front:releases"] = ["2", "1"]
    stack.up("--skip-preview", code=1)
    failed = {region: parameters(aws, region) for region in (HOME, WEST)}
    copied = sorted(holdings(aws, WEST))
    aws.settings(unhealthy_images=[])
    stack.config["front:live"] = "1"
    stack.up("--skip-preview")
    del stack.config["front:live"]
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")
    moved = {region: parameters(aws, region)["/front/ami"] for region in (HOME, WEST)}

    back = images(ec2)["back-1"]["ImageId"]
    assert first == {HOME: {"/front/ami": ids[HOME], "/back/ami": back}, WEST: {"/front/ami": ids[WEST]}}
    assert (outputs["front:parameters"], outputs["back:parameters"]) == (
        {HOME: "/front/ami", WEST: "/front/ami"},
        {HOME: "/back/ami"},
    )
    assert (failed, copied) == (first, ["front-1"])
    assert moved == {region: images(aws.client("ec2", region))["front-2"]["ImageId"] for region in (HOME, WEST)}


def parameters(aws: LocalAws, region: str) -> dict[str, str]:
    """The parameters of the region: name to value."""
    ssm = aws.client("ssm", region)
    names = [one["Name"] for one in ssm.describe_parameters()["Parameters"]]
    return {one: ssm.get_parameter(Name=one)["Parameter"]["Value"] for one in names}


def test_a_destroy_needs_no_region_to_be_listed(tmp_path: Path, aws: LocalAws, engine: Engine, source: str) -> None:
    """The state knows the provider of each copy."""
    config = {"service": "front-web", "releases": ["1"], "source": source, "copies": {WEST: {}}}
    stack = Program(tmp_path / "stack", aws, engine, config)
    stack.up("--skip-preview")
    stack.config["copies"] = {}

    stack.destroy()

    assert left(aws, WEST) == {}
