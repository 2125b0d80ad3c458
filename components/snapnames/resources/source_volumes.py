"""The volumes that a source instance would give to an image, read before the image is built."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from pulumi import ComponentResource, Input, Output, ResourceOptions

from snapnames.rules.source import SourceInstance, no_such_source, volumes_of

from .account_images import ids_named
from .aws_reads import instance


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
        self,
        name: str,
        image_name: str,
        source_instance_id: Input[str] | None,
        owner: ComponentResource,
        read: SourceInstance | None = None,
    ) -> None:
        """Read the instance, unless an image of that name exists or no instance is given.

        `read`: the instance, of a caller that has read it, and has seen that no image has the name. Then nothing is
        read. Raises `InputError`, or the outputs do, if the instance is unknown or terminated, or if EC2 can't make an
        image of it.
        """
        self.taken_by = None
        self.devices = Output.from_input([])
        if read is not None:
            self.taken_by = Output.from_input([])
            self.devices = Output.from_input(volumes_of(read, image_name))
        elif source_instance_id is not None:
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
    def unreadable(error: Exception) -> NoReturn:
        if "InvalidInstanceID" in str(error) or "couldn't find resource" in str(error) or "no matching" in str(error):
            raise no_such_source(instance_id, image_name) from error
        raise error

    def devices(found: Mapping[str, Any]) -> list[str]:
        root = next((volume["deviceName"] for volume in found["rootBlockDevices"]), "")
        volumes = tuple(volume["deviceName"] for volume in found["ebsBlockDevices"])
        return volumes_of(SourceInstance(instance_id, found["instanceState"], root, volumes), image_name)

    return instance(instance_id, owner).recover(unreadable).apply(devices)
