"""The volumes that a source instance would give to an image, read before the image is built."""

from collections.abc import Sequence

import pulumi_aws as aws
from pulumi import ComponentResource, Input, InvokeOutputOptions, Output, ResourceOptions

from snapnames.errors import InputError
from snapnames.resources.account_images import ids_named
from snapnames.rules.naming import ordered_devices

_GONE = ("shutting-down", "terminated")


class SourceVolumes(ComponentResource):
    """The EBS volumes of the source instance of an image that is not built yet.

    Makes nothing. The volumes are its registered inputs, so a saved plan holds them. If a volume was attached or
    detached since, `pulumi up --plan` refuses the update before the image is built. Once the image exists, nothing is
    read and the inputs stay as they were.

    Leaves alone: instance-store volumes. EC2 copies their mappings into the image, but does not show them on the
    instance.
    """

    devices: Output[list[str]]
    """Device names of the volumes, root first. Empty if the image exists already or no instance is given."""

    taken_by: Output[Sequence[str]] | None
    """The id of the image that has the name already, if there is one. None, without a read, if no instance is given."""

    def __init__(
        self, name: str, image_name: str, source_instance_id: Input[str] | None, owner: ComponentResource
    ) -> None:
        """Read the instance, unless an image of that name exists or no instance is given.

        The outputs raise `InputError` if the instance is unknown or terminated, or if EC2 can't make an image of it.
        """
        self.taken_by = None
        self.devices = Output.from_input([])
        if source_instance_id is not None:
            self.taken_by = ids_named(image_name, owner)
            self.devices = Output.all(source_instance_id, self.taken_by).apply(
                lambda known: _devices(image_name, known[0], owner) if not known[1] else []
            )
        super().__init__(
            "snapnames:index:SourceVolumes",
            name,
            {"volumes": self.devices, "instance": source_instance_id},
            ResourceOptions(parent=owner, ignore_changes=["volumes", "instance"]),
        )
        self.register_outputs({})


def _devices(image_name: str, instance_id: str, owner: ComponentResource) -> Output[list[str]]:
    next_step = "give the id of a running instance"

    def unreadable(error: Exception) -> "Output[aws.ec2.GetInstanceResult]":
        if "InvalidInstanceID" in str(error) or "couldn't find resource" in str(error) or "no matching" in str(error):
            raise InputError(
                f"source instance {instance_id!r} of image {image_name!r} does not exist in this account and region: "
                f"{next_step}"
            ) from error
        raise error

    def devices(instance: "aws.ec2.GetInstanceResult") -> list[str]:
        if instance.instance_state in _GONE:
            raise InputError(
                f"source instance {instance_id!r} of image {image_name!r} is {instance.instance_state}; EC2 makes an "
                f"image of a running or stopped instance: {next_step}"
            )
        if not instance.root_block_devices:
            raise InputError(
                f"source instance {instance_id!r} of image {image_name!r} has an instance-store root volume; EC2 makes "
                f"an image only of an instance with an EBS root: {next_step} that has one"
            )
        root = instance.root_block_devices[0].device_name
        return ordered_devices([root, *(volume.device_name for volume in instance.ebs_block_devices)], root)

    found = aws.ec2.get_instance_output(instance_id=instance_id, opts=InvokeOutputOptions(parent=owner))
    return found.recover(unreadable).apply(devices)
