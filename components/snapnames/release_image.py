"""An image of a running instance, with a Name on each snapshot behind it."""

from collections.abc import Mapping
from typing import NotRequired, TypedDict, cast

import pulumi
from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi.output import contains_unknowns

from snapnames.errors import InputError
from snapnames.resources.account_images import (
    ids_named,
    refuse_taken,
    refuse_unfinished,
    stack_tag,
    unfinished_ids,
)
from snapnames.resources.built_image import built_image, declared_names
from snapnames.resources.named_image import NO_INSTANCE, NamedImage, image_of_instance
from snapnames.resources.source_volumes import SourceVolumes
from snapnames.rules.images import SERVICE_TAG, STACK_TAG
from snapnames.rules.naming import DEFAULT_PATTERN, check_image_name, check_pattern
from snapnames.rules.releases import check_service
from snapnames.rules.resource_types import RELEASE_IMAGE
from snapnames.rules.source import SourceInstance
from snapnames.rules.tags import check_image_tags
from snapnames.rules.time_spans import DEFAULT_CREATE_TIMEOUT


class ReleaseImageArgs(TypedDict):
    """The inputs of `ReleaseImage`."""

    image_name: str
    """Name of the AMI: 3 to 128 letters, digits, ( ) [ ] space . / - ' @ _. It is unique in the account and region."""

    service: NotRequired[str]
    """The service whose release it is; the image's name begins with it and a `-`. Default: the image's name."""

    source_instance_id: NotRequired[Input[str]]
    """The instance to make the image from. It is read only until the image is built. Left out: the image must exist."""

    reboot: NotRequired[bool]
    """Reboot the instance first, so that its file systems are complete on disk. Default: false, it runs on."""

    name_pattern: NotRequired[str]
    """Pattern for the Name of each snapshot. Fields: {image}, {index}, {device}. Default: `{image}({index:03d})`."""

    image_tags: NotRequired[Mapping[str, str]]
    """More tags on the AMI. `Name`, `snapnames:stack` and `snapnames:service` are always set."""

    snapshot_tags: NotRequired[Mapping[str, str]]
    """More tags on each snapshot. `Name` is always set."""

    description: NotRequired[str]
    """Description of the AMI, at most 255 characters. It can be changed later without a new image."""

    deprecation_time: NotRequired[str]
    """When the AMI becomes deprecated, as RFC 3339. It is set when the image is built, and stays afterwards."""

    create_timeout: NotRequired[str]
    """How long EC2 may take to make the image, such as `90m`. Default: 6h, where the provider has 40 minutes."""


class ReleaseImage(ComponentResource):
    """The AMI of a running instance, with a Name on each EBS snapshot behind it.

    The snapshots that the image really has are named, so a volume that is attached after the preview is named too. Once
    the image is built, it no longer depends on its source instance.

    Leaves alone: instance-store mappings (they have no snapshot), and tags that others put on the snapshots.

    Bad arguments raise `InputError` before anything is registered. Faults that only AWS knows raise it in the outputs:
    a name that is taken, a source that EC2 can't make an image of, an image whose create failed or timed out.
    """

    image_id: Output[str]
    """The AMI's id, once it is known to be built."""

    image_name: Output[str]
    """The AMI's name."""

    snapshot_ids: Output[dict[str, str]]
    """Device name to the id of its snapshot, root first."""

    snapshot_names: Output[dict[str, str]]
    """Device name to the Name of its snapshot, root first; known in the preview before the image exists."""

    devices: Output[list[str]]
    """The device names of its volumes, root first; known in the preview before the image exists."""

    encrypted: Output[bool]
    """Whether any of its snapshots is encrypted."""

    deprecation_time: Output[str]
    """When it becomes deprecated, as RFC 3339; empty for never."""

    def __init__(
        self,
        name: str,
        args: ReleaseImageArgs,
        opts: ResourceOptions | None = None,
        *,
        read: SourceInstance | None = None,
    ) -> None:
        """Declare the image and the names; `args` as `ReleaseImageArgs` says.

        `read`: the source instance, of a program that has read it, and has seen that no image has the name. It saves
        the provider's reads, which take eight calls. One of these calls also gives the user data of the instance.
        """
        image_name, pattern = args["image_name"], args.get("name_pattern", DEFAULT_PATTERN)
        tags = args.get("image_tags", {})
        check_image_name(image_name, "image_name")
        check_pattern(pattern, "name_pattern")
        service = args.get("service", image_name)
        check_service(service, image_name)
        check_image_tags(tags, "image_tags")
        check_image_tags(args.get("snapshot_tags", {}), "snapshot_tags")
        super().__init__(RELEASE_IMAGE, name, {}, opts)

        source = args.get("source_instance_id")
        volumes = SourceVolumes(name, image_name, source, self, read)
        unfinished = unfinished_ids(self)
        resource = image_of_instance(
            self,
            image_name,
            # The image waits until the plan has checked the volumes, and until `unfinished` was read.
            source_instance_id=Output.all(NO_INSTANCE if source is None else source, volumes.urn, unfinished)[0],
            reboot=args.get("reboot", False),
            tags={**tags, "Name": image_name, STACK_TAG: stack_tag(), SERVICE_TAG: service},
            description=args.get("description"),
            deprecation_time=args.get("deprecation_time"),
            create_timeout=args.get("create_timeout", DEFAULT_CREATE_TIMEOUT),
        )
        self.ami = resource
        image = NamedImage(self, image_name, pattern, resource, args.get("snapshot_tags"))
        built = built_image(
            image,
            unfinished,
            lambda image_id: refuse_unfinished(image_name, image_id, self),
            lambda image_id: _no_volumes(image_name, image_id),
        )

        self.image_id = built.apply(lambda seen: cast("str", seen and seen.image_id))
        self.image_name = Output.from_input(image_name)
        self.snapshot_ids = built.apply(lambda seen: cast("dict[str, str]", seen and seen.snapshots))
        self.snapshot_names = declared_names(image, built, lambda: _predicted(image_name, volumes, image, self))
        self.devices = self.snapshot_names.apply(list)
        self.encrypted = image.encrypted
        self.deprecation_time = resource.deprecation_time.apply(lambda time: time or "")
        self.register_outputs(
            {
                "image_id": self.image_id,
                "image_name": self.image_name,
                "snapshot_ids": self.snapshot_ids,
                "snapshot_names": self.snapshot_names,
                "devices": self.devices,
                "encrypted": self.encrypted,
                "deprecation_time": self.deprecation_time,
            }
        )


def _no_volumes(image_name: str, image_id: str) -> InputError:
    return InputError(
        f"image {image_name!r} ({image_id}) has no EBS volume in the state of this stack, as after a create that "
        "failed or timed out, so there is nothing to name: run `pulumi up --refresh`, or drop its release from the list"
    )


def _predicted(
    image_name: str, volumes: SourceVolumes, image: NamedImage, owner: ComponentResource
) -> Output[dict[str, str]]:
    """Name each snapshot that the image would have if it were made from its source instance now."""

    def name(devices: list[str]) -> dict[str, str]:
        if contains_unknowns(devices):
            pulumi.log.info(
                f"the snapshot names of image {image_name} show when its source instance exists", resource=owner
            )
            return {}
        if not devices:
            raise InputError(
                f"image {image_name!r} does not exist, and no source instance is given to make it of: give one, or "
                "drop its release from the list"
            )
        return image.declare_names(devices, devices[0])

    taken_by = ids_named(image_name, owner) if volumes.taken_by is None else volumes.taken_by
    return refuse_taken(image_name, taken_by, owner).apply(
        lambda _: volumes.devices.apply(name, run_with_unknowns=True)
    )
