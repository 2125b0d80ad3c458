"""One tag of one EC2 resource, as a resource of the state."""

from pulumi import CustomResource, Input, Output, ResourceOptions

from snapnames.rules.resource_types import TAG

from .aws_plugin import plugin_version


class Tag(CustomResource):
    """`aws:ec2/tag:Tag`, to engine and provider the very same as `pulumi_aws.ec2.Tag`."""

    id: Output[str]
    """Resource id and key, known when the tag is given."""

    value: Output[str]

    def __init__(self, name: str, resource_id: Input[str], key: str, value: Input[str], opts: ResourceOptions) -> None:
        """Declare it; `opts` without a version."""
        super().__init__(
            TAG,
            name,
            {"resourceId": resource_id, "key": key, "value": value},
            ResourceOptions.merge(ResourceOptions(version=plugin_version()), opts),
        )
