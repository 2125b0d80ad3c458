"""Who may launch an image, beside the account that owns it."""

from collections.abc import Iterable

from pulumi import ComponentResource, Input, Resource, ResourceOptions

from snapnames.rules.sharing import Recipient

from .aws_resources import LaunchPermission


def declare_permissions(
    owner: ComponentResource, image_id: Input[str], recipients: Iterable[Recipient], goes_with: Resource | None
) -> None:
    """Declare a launch permission for each, as a child of `owner`.

    `goes_with`: the AMI. When the update deletes that, nothing is asked of EC2 for its permissions. None for an image
    that outlives its component: then the permissions are taken back.
    """
    for one in recipients:
        LaunchPermission(
            # The id, and not the ARN: two colons side by side would end the type in a URN.
            f"{owner.pulumi_resource_name}:shared with {one.short}",
            image_id,
            one.kind,
            one.value,
            ResourceOptions(parent=owner, deleted_with=goes_with),
        )
