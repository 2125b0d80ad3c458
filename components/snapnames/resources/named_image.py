"""An AMI in the state, and the Name on each snapshot behind it."""

from collections.abc import Collection, Mapping

from pulumi import ComponentResource, CustomTimeouts, Input, Output, ResourceOptions

from snapnames.rules.naming import snapshot_names
from snapnames.rules.time_spans import DEFAULT_CREATE_TIMEOUT

from .aws_resources import Image, ImageOfAnother, Tag

NO_INSTANCE = "none-since-the-image-exists"
"""The source of an image that must exist already. EC2 refuses to make an image from it, and its error shows why."""


class NamedImage:
    """The AMI that a component declares, and the names that follow once its snapshots are known.

    Leaves alone: whether the image may be used. The component decides that.
    """

    snapshots: Output[dict[str, str]]
    """Device name to snapshot id as the state has them: empty after a create that failed or timed out."""

    encrypted: Output[bool]
    """Whether any of the snapshots is encrypted."""

    def __init__(
        self,
        owner: ComponentResource,
        image_name: str,
        pattern: str,
        resource: Image | ImageOfAnother,
        snapshot_tags: Mapping[str, str] | None = None,
    ) -> None:
        """Take the AMI that `owner` declares under its own name."""
        self._owner, self._image_name, self._pattern = owner, image_name, pattern
        self._snapshot_tags = snapshot_tags or {}
        self.resource = resource
        self.snapshots = resource.ebs_block_devices.apply(
            lambda mappings: {str(one["deviceName"]): str(one.get("snapshotId")) for one in mappings or ()}
        )
        self.encrypted = resource.ebs_block_devices.apply(
            lambda mappings: any(one.get("encrypted") for one in mappings or ())
        )

    def declare_names(self, devices: Collection[str], root_device: str) -> dict[str, str]:
        """Declare the tags of the snapshot of each device; device name to Name, root first."""
        names = snapshot_names(self._image_name, devices, root_device, self._pattern)
        for device, name in names.items():
            self._declare_tag(device, "Name", name, device)
            for key, value in self._snapshot_tags.items():
                self._declare_tag(device, key, value, f"{device}:{key}")
        return names

    def _declare_tag(self, device: str, key: str, value: str, suffix: str) -> None:
        Tag(
            f"{self._owner.pulumi_resource_name}:{suffix}",
            # The id always comes from the AMI, also if it is known, so that the Tag always depends on the AMI. A saved
            # plan would refuse a Tag that no longer depends on it.
            resource_id=self.snapshots[device],
            key=key,
            value=value,
            # The snapshots go with the image, so a prune or a destroy needs no DeleteTags call.
            opts=ResourceOptions(parent=self._owner, deleted_with=self.resource),
        )


def image_of_instance(  # noqa: PLR0913 -- what an AMI is made of, by name
    owner: ComponentResource,
    image_name: str,
    *,
    source_instance_id: Input[str],
    tags: Mapping[str, str],
    description: str | None = None,
    deprecation_time: str | None = None,
    reboot: bool = False,
    create_timeout: str = DEFAULT_CREATE_TIMEOUT,
) -> Image:
    """Declare the AMI of an instance, a child of `owner` with its name."""
    return Image(
        owner.pulumi_resource_name,
        {
            "name": image_name,
            "sourceInstanceId": source_instance_id,
            "snapshotWithoutReboot": not reboot,
            "description": description,
            "deprecationTime": deprecation_time,
            "tags": tags,
        },
        # A built image is never replaced because the next release has another source.
        # Its deprecation time was counted from its build, and stays.
        _options(owner, ["sourceInstanceId", "snapshotWithoutReboot", "deprecationTime"], create_timeout),
    )


def image_of_another(  # noqa: PLR0913 -- what a copy is made of, by name
    owner: ComponentResource,
    image_name: str,
    *,
    source_image_id: Input[str],
    source_region: str,
    tags: Mapping[str, str],
    encrypted: Input[bool],
    kms_key_id: str | None = None,
    description: str | None = None,
    deprecation_time: Input[str | None] = None,
    create_timeout: str = DEFAULT_CREATE_TIMEOUT,
) -> ImageOfAnother:
    """Declare the copy of an AMI, a child of `owner` with its name, in the region of its provider."""
    return ImageOfAnother(
        owner.pulumi_resource_name,
        {
            "name": image_name,
            "sourceAmiId": source_image_id,
            "sourceAmiRegion": source_region,
            "encrypted": encrypted,
            "kmsKeyId": kms_key_id,
            "description": description,
            "deprecationTime": deprecation_time,
            "tags": tags,
        },
        # The provider reads neither the source nor the key back. A change of one of these would replace the copy, under
        # a name that is taken, and something may launch from it.
        _options(owner, ["sourceAmiId", "sourceAmiRegion", "encrypted", "kmsKeyId", "deprecationTime"], create_timeout),
    )


def _options(owner: ComponentResource, ignored: list[str], create_timeout: str) -> ResourceOptions:
    return ResourceOptions(
        parent=owner,
        # The provider would delete first, since the name is explicit.
        delete_before_replace=False,
        ignore_changes=ignored,
        custom_timeouts=CustomTimeouts(create=create_timeout),
    )
