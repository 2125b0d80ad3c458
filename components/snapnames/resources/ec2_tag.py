"""One tag of one EC2 resource, as a resource of the state."""

from pulumi import CustomResource, Input, Output, ResourceOptions
from pulumi_aws._utilities import get_resource_opts_defaults


class Tag(CustomResource):
    """`aws:ec2/tag:Tag`, to engine and provider the very same as `pulumi_aws.ec2.Tag`.

    That class comes with the 180 modules of its package: 0.4 s of every run, and 60 MB.
    """

    id: Output[str]
    """Resource id and key, once it is given."""

    value: Output[str]

    def __init__(self, name: str, resource_id: Input[str], key: str, value: Input[str], opts: ResourceOptions) -> None:
        """Declare it; `opts` without a version."""
        super().__init__(
            "aws:ec2/tag:Tag",
            name,
            {"resourceId": resource_id, "key": key, "value": value},
            ResourceOptions.merge(get_resource_opts_defaults(), opts),
        )
