"""A group `front` on a launch template of two versions, and what its rollouts look like from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snapnames.testing.localaws.server import LocalAws

GROUP = "front"


@dataclass
class Fleet:
    """The group. Version 1 of its template launches the image `front-1`, version 2 `front-2`."""

    aws: LocalAws
    template: str
    images: dict[str, str]
    """Version to image id."""

    @classmethod
    def of(cls, aws: LocalAws, public_image: str) -> Fleet:
        """Make images and template; no group yet."""
        ec2 = aws.client("ec2")
        source = ec2.run_instances(ImageId=public_image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        images = {
            version: ec2.create_image(InstanceId=source, Name=f"front-{version}")["ImageId"] for version in ("1", "2")
        }
        ec2.terminate_instances(InstanceIds=[source])
        made = ec2.create_launch_template(
            LaunchTemplateName=GROUP, LaunchTemplateData={"ImageId": images["1"], "InstanceType": "c3.large"}
        )
        template = made["LaunchTemplate"]["LaunchTemplateId"]
        ec2.create_launch_template_version(
            LaunchTemplateId=template, LaunchTemplateData={"ImageId": images["2"], "InstanceType": "c3.large"}
        )
        return cls(aws, template, images)

    def create(self, size: int, version: str = "1", **more: Any) -> None:  # noqa: ANN401 - of boto3's parameters
        """Create the group, between 0 and 9 instances."""
        self.aws.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=GROUP,
            LaunchTemplate={"LaunchTemplateId": self.template, "Version": version},
            **{"MinSize": 0, "MaxSize": 9, "AvailabilityZones": ["ap-northeast-2a"], **more},
            DesiredCapacity=size,
        )

    def save(self, version: str) -> None:
        """Save the group with a version of the template."""
        self.aws.client("autoscaling").update_auto_scaling_group(
            AutoScalingGroupName=GROUP, LaunchTemplate={"LaunchTemplateId": self.template, "Version": version}
        )

    def start(self, version: str | None = None, **preferences: Any) -> str:  # noqa: ANN401 - of boto3's parameters
        """Start a refresh; with a version, one that has it as its desired configuration."""
        request: dict[str, Any] = {"AutoScalingGroupName": GROUP, "Preferences": preferences}
        if version:
            template = {"LaunchTemplateId": self.template, "Version": version}
            request["DesiredConfiguration"] = {"LaunchTemplate": template}
        return self.aws.client("autoscaling").start_instance_refresh(**request)["InstanceRefreshId"]

    def describe(self) -> dict[str, Any]:
        """Describe the group."""
        found = self.aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])
        return dict(found["AutoScalingGroups"][0])

    def refresh(self) -> dict[str, Any]:
        """Describe the newest refresh."""
        found = self.aws.client("autoscaling").describe_instance_refreshes(AutoScalingGroupName=GROUP)
        return dict(found["InstanceRefreshes"][0])

    @property
    def progress(self) -> tuple[str, int, int]:
        """Status, percentage and instances to update of the newest refresh."""
        one = self.refresh()
        return one["Status"], one["PercentageComplete"], one["InstancesToUpdate"]

    @property
    def instances(self) -> list[str]:
        """Version and state of each instance, in the order of the group, as `1 InService`; an unhealthy one says so."""
        return [
            f"{one['LaunchTemplate']['Version']} {one['LifecycleState']}"
            + ("" if one["HealthStatus"] == "Healthy" else f" {one['HealthStatus']}")
            for one in self.describe()["Instances"]
        ]

    @property
    def ids(self) -> list[str]:
        """The ids of the instances, in the order of the group."""
        return [one["InstanceId"] for one in self.describe()["Instances"]]

    def step(self, steps: int = 1) -> list[str]:
        """Do phases of the refresh, and say what instances there are."""
        self.aws.step_refresh(GROUP, steps)
        return self.instances
