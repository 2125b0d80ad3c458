"""Auto Scaling groups: what they launch from."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]


def create(
    autoscaling: AutoScalingClient,
    size: int = 1,
    **source: Any,  # noqa: ANN401 - of boto3's parameters
) -> None:
    """Create the group `front`."""
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="front", MinSize=size, MaxSize=size, AvailabilityZones=["ap-northeast-2a"], **source
    )


def group_of(autoscaling: AutoScalingClient) -> dict[str, Any]:
    """Describe the group `front`."""
    return dict(autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["front"])["AutoScalingGroups"][0])


def volumes(ec2: EC2Client) -> list[tuple[str, int]]:
    """Give device and size of every attached volume."""
    found = ec2.describe_volumes()["Volumes"]
    return sorted((one["Attachments"][0]["Device"], one["Size"]) for one in found if one["Attachments"])


def test_an_unknown_launch_configuration_makes_no_group(autoscaling: AutoScalingClient, refused: Refused) -> None:
    """Row 30: moto fails with HTTP 500."""
    with refused("ValidationError", "A launch configuration with the name: lc-1 does not exist"):
        create(autoscaling, LaunchConfigurationName="lc-1")

    assert autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []


def test_a_group_launches_what_its_configuration_says(
    autoscaling: AutoScalingClient, ec2: EC2Client, public_image: str
) -> None:
    """Row 11: the image's volumes, changed by the configuration's, on every instance."""
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="lc-1",
        ImageId=public_image,
        InstanceType="c3.large",
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 5}},
            {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
            {"DeviceName": "/dev/sdc", "NoDevice": True},
        ],
    )

    create(autoscaling, 2, LaunchConfigurationName="lc-1")

    group = group_of(autoscaling)
    assert (group["LaunchConfigurationName"], len(group["Instances"])) == ("lc-1", 2)
    assert volumes(ec2) == [("/dev/sda1", 8), ("/dev/sda1", 8), ("/dev/sdf", 5), ("/dev/sdf", 5)]
    first = group["Instances"][0]["InstanceId"]
    image_id = ec2.create_image(InstanceId=first, Name="front-1")["ImageId"]
    mappings = ec2.describe_images(ImageIds=[image_id])["Images"][0]["BlockDeviceMappings"]
    assert [mapping["DeviceName"] for mapping in mappings] == ["/dev/sda1", "/dev/sdf", "/dev/sdb"]
    tags = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [first]}])["Tags"]
    assert [(tag["Key"], tag["Value"]) for tag in tags] == [("aws:autoscaling:groupName", "front")]


def test_a_group_launches_the_version_of_the_template_that_it_names(
    autoscaling: AutoScalingClient, ec2: EC2Client, public_image: str
) -> None:
    """Image, volumes and tags: moto takes the default version's for some of them."""
    made = ec2.create_launch_template(
        LaunchTemplateName="front",
        LaunchTemplateData={"ImageId": public_image, "InstanceType": "c3.large", "UserData": "IyEvYmluL3No"},
    )
    template = made["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(
        LaunchTemplateId=template,
        LaunchTemplateData={
            "UserData": "IyEvYmluL3No",
            "ImageId": public_image,
            "InstanceType": "c3.xlarge",
            "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 16}}],
            "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "v", "Value": "2"}]}],
        },
    )

    create(autoscaling, LaunchTemplate={"LaunchTemplateId": template, "Version": "2"})

    launched = ec2.describe_instances()["Reservations"][0]["Instances"][0]
    tags = {tag["Key"]: tag["Value"] for tag in launched["Tags"]}
    assert (launched["InstanceType"], tags["v"], tags["aws:ec2launchtemplate:version"]) == ("c3.xlarge", "2", "2")
    assert volumes(ec2) == [("/dev/sda1", 16)]


def test_a_group_that_is_given_something_else_forgets_what_it_had(
    autoscaling: AutoScalingClient, ec2: EC2Client, public_image: str, refused: Refused
) -> None:
    """From a configuration to a template and back; an unknown configuration changes nothing."""
    for name in ("lc-1", "lc-2"):
        autoscaling.create_launch_configuration(
            LaunchConfigurationName=name, ImageId=public_image, InstanceType="c3.large"
        )
    ec2.create_launch_template(
        LaunchTemplateName="front", LaunchTemplateData={"ImageId": public_image, "InstanceType": "c3.large"}
    )
    create(autoscaling, LaunchConfigurationName="lc-1")

    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="front", LaunchTemplate={"LaunchTemplateName": "front", "Version": "1"}
    )
    group = group_of(autoscaling)
    assert ("LaunchConfigurationName" in group, group["LaunchTemplate"]["Version"]) == (False, "1")
    autoscaling.delete_launch_configuration(LaunchConfigurationName="lc-1")

    with refused("ValidationError", "lc-1 does not exist"):
        autoscaling.update_auto_scaling_group(AutoScalingGroupName="front", LaunchConfigurationName="lc-1")
    autoscaling.update_auto_scaling_group(AutoScalingGroupName="front", LaunchConfigurationName="lc-2")

    group = group_of(autoscaling)
    assert (group["LaunchConfigurationName"], group.get("LaunchTemplate")) == ("lc-2", None)


def test_a_group_s_name_is_taken_once(autoscaling: AutoScalingClient, public_image: str, refused: Refused) -> None:
    """Where moto overwrites."""
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="lc-1", ImageId=public_image, InstanceType="c3.large"
    )
    create(autoscaling, LaunchConfigurationName="lc-1")

    with refused("AlreadyExists", "A group with the name front already exists"):
        create(autoscaling, LaunchConfigurationName="lc-1")


def test_a_refresh_launches_every_instance_anew(
    autoscaling: AutoScalingClient, ec2: EC2Client, instance: str, public_image: str
) -> None:
    """From what the group launches from now; the old instances are terminated."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    for name, source in (("lc-1", public_image), ("lc-2", image_id)):
        autoscaling.create_launch_configuration(LaunchConfigurationName=name, ImageId=source, InstanceType="c3.large")
    create(autoscaling, 2, LaunchConfigurationName="lc-1")
    old = {one["InstanceId"] for one in group_of(autoscaling)["Instances"]}
    autoscaling.update_auto_scaling_group(AutoScalingGroupName="front", LaunchConfigurationName="lc-2")
    assert {one["InstanceId"] for one in group_of(autoscaling)["Instances"]} == old

    refresh = autoscaling.start_instance_refresh(AutoScalingGroupName="front")["InstanceRefreshId"]

    new = {one["InstanceId"] for one in group_of(autoscaling)["Instances"]}
    described = [one for r in ec2.describe_instances()["Reservations"] for one in r["Instances"]]
    images = {one["InstanceId"]: (one["ImageId"], one["State"]["Name"]) for one in described}
    assert (len(new), new & old) == (2, set())
    assert {images[one] for one in new} == {(image_id, "running")}
    assert {images[one] for one in old} == {(public_image, "terminated")}
    found = autoscaling.describe_instance_refreshes(AutoScalingGroupName="front")["InstanceRefreshes"]
    assert [(one["InstanceRefreshId"], one["Status"], one["PercentageComplete"]) for one in found] == [
        (refresh, "Successful", 100)
    ]


def test_a_refresh_that_cannot_launch_keeps_the_old_instances(
    aws: LocalAws, autoscaling: AutoScalingClient, ec2: EC2Client, instance: str, public_image: str, refused: Refused
) -> None:
    """It fails with EC2's reason, and there is nothing to cancel; nor in a group that isn't there."""
    aws.fail_next_image("no")
    failed = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    for name, source in (("lc-1", public_image), ("lc-2", failed)):
        autoscaling.create_launch_configuration(LaunchConfigurationName=name, ImageId=source, InstanceType="c3.large")
    create(autoscaling, LaunchConfigurationName="lc-1")
    old = group_of(autoscaling)["Instances"][0]["InstanceId"]
    autoscaling.update_auto_scaling_group(AutoScalingGroupName="front", LaunchConfigurationName="lc-2")

    autoscaling.start_instance_refresh(AutoScalingGroupName="front")

    found = autoscaling.describe_instance_refreshes(AutoScalingGroupName="front")["InstanceRefreshes"][0]
    assert (found["Status"], found["StatusReason"]) == ("Failed", f"The image ID '{failed}' is not available")
    assert [one["InstanceId"] for one in group_of(autoscaling)["Instances"]] == [old]
    with refused("ActiveInstanceRefreshNotFound"):
        autoscaling.cancel_instance_refresh(AutoScalingGroupName="front")
    with refused("ValidationError"):
        autoscaling.start_instance_refresh(AutoScalingGroupName="back")


def test_a_refresh_that_goes_on_blocks_the_next_until_it_is_cancelled(
    aws: LocalAws, autoscaling: AutoScalingClient, public_image: str, refused: Refused
) -> None:
    """When refreshes are held, since they are over at once otherwise."""
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="lc-1", ImageId=public_image, InstanceType="c3.large"
    )
    create(autoscaling, LaunchConfigurationName="lc-1")
    aws.settings(hold_refreshes=True)
    first = autoscaling.start_instance_refresh(AutoScalingGroupName="front")["InstanceRefreshId"]

    with refused("InstanceRefreshInProgress"):
        autoscaling.start_instance_refresh(AutoScalingGroupName="front")
    cancelled = autoscaling.cancel_instance_refresh(AutoScalingGroupName="front")["InstanceRefreshId"]
    second = autoscaling.start_instance_refresh(AutoScalingGroupName="front")["InstanceRefreshId"]

    found = autoscaling.describe_instance_refreshes(AutoScalingGroupName="front")["InstanceRefreshes"]
    assert cancelled == first
    assert [(one["InstanceRefreshId"], one["Status"]) for one in found] == [
        (second, "InProgress"),
        (first, "Cancelled"),
    ]


def test_load_balancers_can_be_asked_for(aws: LocalAws) -> None:
    """A group's provider asks both kinds."""
    assert aws.client("elb").describe_load_balancers()["LoadBalancerDescriptions"] == []
    assert aws.client("elbv2").describe_target_groups()["TargetGroups"] == []
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"
