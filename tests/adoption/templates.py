"""Groups of a team's own that launch from a launch template, by a version's name or in a mixed instances policy."""

from typing import TYPE_CHECKING, Any

from snapnames.testing.localaws.server import LocalAws

from .account import GROUP, ZONE, public_image

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import RequestLaunchTemplateDataTypeDef

INTERFACES: Any = [
    {
        "DeviceIndex": 0,
        "NetworkCardIndex": 0,
        "SecondaryPrivateIpAddressCount": 2,
        "Ipv6AddressCount": 1,
        "PrimaryIpv6": True,
    },
    {
        "DeviceIndex": 1,
        "NetworkCardIndex": 0,
        "PrivateIpAddress": "172.31.0.8",
        "PrivateIpAddresses": [
            {"PrivateIpAddress": "172.31.0.8", "Primary": True},
            {"PrivateIpAddress": "172.31.0.9", "Primary": False},
        ],
        "Ipv6Addresses": [{"Ipv6Address": "2001:db8::8"}],
    },
]
"""As the API has them, with the card 0, which the provider always writes. pulumi-aws has other names for most."""

MIXED: dict[str, Any] = {
    "InstancesDistribution": {"OnDemandBaseCapacity": 1, "OnDemandPercentageAboveBaseCapacity": 50},
    "LaunchTemplate": {"Overrides": [{"InstanceType": "t3.small"}, {"InstanceType": "t3.medium"}]},
}


def seed_template(
    aws: LocalAws,
    version: str,
    *,
    mixed: bool = False,
    interfaces: Any = INTERFACES,  # noqa: ANN401 -- of the API
    **options: Any,  # noqa: ANN401 -- of the API
) -> str:
    """Make the group on a template of two versions, of which the first is the default; the template's id."""
    ec2, image_id = aws.client("ec2"), public_image(aws)
    data: RequestLaunchTemplateDataTypeDef = {
        "ImageId": image_id,
        "InstanceType": "t3.nano",
        "UserData": "IyEvYmluL3NoCg==",
        "Monitoring": {"Enabled": True},
        "TagSpecifications": [{"ResourceType": "volume", "Tags": [{"Key": "team", "Value": "web"}]}],
        "NetworkInterfaces": interfaces,
    }
    template = ec2.create_launch_template(LaunchTemplateName="team", LaunchTemplateData=data)["LaunchTemplate"]
    template_id: str = template["LaunchTemplateId"]
    ec2.create_launch_template_version(
        LaunchTemplateId=template_id, LaunchTemplateData={**data, "InstanceType": "t3.micro"}
    )
    named = {"LaunchTemplateId": template_id, "Version": version}
    launches: dict[str, Any] = {"LaunchTemplate": named}
    if mixed:
        policy = {**MIXED["LaunchTemplate"], "LaunchTemplateSpecification": named}
        launches = {"MixedInstancesPolicy": {**MIXED, "LaunchTemplate": policy}}
    sizes = {"MinSize": 1, "MaxSize": 3, **options}
    aws.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=GROUP, AvailabilityZones=[ZONE], **launches, **sizes
    )
    return template_id
