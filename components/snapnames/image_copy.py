"""A copy of an image in another region, with a Name on each snapshot behind it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NotRequired, TypedDict, cast

import pulumi
from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi.output import contains_unknowns

from snapnames.errors import InputError
from snapnames.resources.account_images import ids_named, refuse_unfinished_copy, stack_tag, unfinished_ids
from snapnames.resources.aws_resources import ImageOfAnother
from snapnames.resources.built_image import built_image, declared_names
from snapnames.resources.copy_turns import CopyTurn
from snapnames.resources.named_image import NamedImage, image_of_another
from snapnames.rules.images import SERVICE_TAG, STACK_TAG
from snapnames.rules.naming import DEFAULT_PATTERN, check_image_name, check_pattern
from snapnames.rules.releases import check_service
from snapnames.rules.resource_types import IMAGE_COPY
from snapnames.rules.tags import check_image_tags
from snapnames.rules.time_spans import DEFAULT_CREATE_TIMEOUT


class ImageCopyArgs(TypedDict):
    """The inputs of `ImageCopy`."""

    image_name: str
    """Name of the copy: 3 to 128 letters, digits, ( ) [ ] space . / - ' @ _. It may be the name of its source."""

    source_image_id: Input[str]
    """The AMI to copy. It is read only until the copy is made."""

    source_region: str
    """The region of the AMI to copy. The copy is made in the region of the component's provider."""

    devices: Input[Sequence[str]]
    """The device names of the source's volumes, root first, as `devices` of a `ReleaseImage` has them."""

    service: NotRequired[str]
    """The service whose release it is; the image's name begins with it and a `-`. Default: the image's name."""

    name_pattern: NotRequired[str]
    """Pattern for the Name of each snapshot. Fields: {image}, {index}, {device}. Default: `{image}({index:03d})`."""

    image_tags: NotRequired[Mapping[str, str]]
    """More tags on the copy. `Name`, `snapnames:stack` and `snapnames:service` are always set."""

    snapshot_tags: NotRequired[Mapping[str, str]]
    """More tags on each snapshot. `Name` is always set."""

    description: NotRequired[str]
    """Description of the copy, at most 255 characters. It can be changed later without a new copy."""

    deprecation_time: NotRequired[Input[str]]
    """When the copy becomes deprecated, as RFC 3339; empty, or a time that is over: never. It stays as it was made."""

    encrypted: NotRequired[Input[bool]]
    """Whether its snapshots are encrypted. A copy of an encrypted snapshot has to be. Default: if a key is given."""

    kms_key_id: NotRequired[str]
    """ARN of the key that encrypts its snapshots, in the copy's region. Default: the region's default key."""

    create_timeout: NotRequired[str]
    """How long EC2 may take to make the copy, such as `90m`. Default: 6h, where the provider has 40 minutes."""


class ImageCopy(ComponentResource):
    """A copy of an AMI in the region of its provider, with a Name on each EBS snapshot behind it.

    Once the copy is made, it no longer depends on its source: neither another source nor another key replaces it. EC2
    copies 20 snapshots to a region at a time, so the copies of one program wait for each other.

    Leaves alone: instance-store mappings (they have no snapshot), and tags that others put on the snapshots.

    Bad arguments raise `InputError` before anything is registered. Faults that only AWS knows raise it in the outputs:
    a name that is taken in the region, and a copy that failed, timed out, or is still pending.
    """

    image_id: Output[str]
    """The copy's id, once it is known to be made."""

    image_name: Output[str]
    """The copy's name."""

    snapshot_ids: Output[dict[str, str]]
    """Device name to the id of its snapshot, root first."""

    snapshot_names: Output[dict[str, str]]
    """Device name to the Name of its snapshot, root first; known in the preview before the copy exists."""

    def __init__(
        self,
        name: str,
        args: ImageCopyArgs,
        opts: ResourceOptions | None = None,
        *,
        after: Output[str] | None = None,
        unread: bool = False,
    ) -> None:
        """Declare the copy and the names; `args` as `ImageCopyArgs` says.

        `after`: what has to be known before the copy begins. `unread`: whether the caller knows that the region can't
        be read now, declares a copy that the state has, and fails the update itself.
        """
        _check(args)
        super().__init__(IMAGE_COPY, name, {}, opts)

        image_name, devices = args["image_name"], Output.from_input(args["devices"])
        unfinished: Output[Sequence[str]] = Output.from_input([]) if unread else unfinished_ids(self, marked=False)
        turn = CopyTurn(self, after)
        # The copy waits until `unfinished` was read, and for its turn.
        self.ami = self._declared(args, turn.source(args["source_image_id"], devices, unfinished))
        turn.ends_with(self.ami.id)
        pattern = args.get("name_pattern", DEFAULT_PATTERN)
        image = NamedImage(self, image_name, pattern, self.ami, args.get("snapshot_tags"))
        built = built_image(
            image,
            unfinished,
            lambda image_id: refuse_unfinished_copy(name, image_id, self),
            lambda image_id: _no_volumes(name, image_id),
        )

        self.image_id = built.apply(lambda seen: cast("str", seen and seen.image_id))
        self.image_name = Output.from_input(image_name)
        self.snapshot_ids = built.apply(lambda seen: cast("dict[str, str]", seen and seen.snapshots))
        self.snapshot_names = declared_names(image, built, lambda: self._predicted(image, image_name, devices))
        self.register_outputs(
            {
                "image_id": self.image_id,
                "image_name": self.image_name,
                "snapshot_ids": self.snapshot_ids,
                "snapshot_names": self.snapshot_names,
            }
        )

    def _declared(self, args: ImageCopyArgs, source_image_id: Output[str]) -> ImageOfAnother:
        image_name, key = args["image_name"], args.get("kms_key_id") or None
        service = args.get("service", image_name)
        return image_of_another(
            self,
            image_name,
            source_image_id=source_image_id,
            source_region=args["source_region"],
            tags={
                **args.get("image_tags", {}),
                "Name": image_name,
                STACK_TAG: stack_tag(),
                SERVICE_TAG: service,
            },
            encrypted=Output.all(args.get("encrypted", False), key).apply(lambda given: bool(given[0] or given[1])),
            kms_key_id=key,
            description=args.get("description"),
            deprecation_time=Output.from_input(args.get("deprecation_time", "")).apply(_still_to_come),
            create_timeout=args.get("create_timeout", DEFAULT_CREATE_TIMEOUT),
        )

    def _predicted(self, image: NamedImage, image_name: str, devices: Output[Sequence[str]]) -> Output[dict[str, str]]:
        """Name each snapshot that the copy will have: CopyImage keeps the devices."""
        name = self.pulumi_resource_name

        def declare(known: Sequence[str] | None) -> dict[str, str]:
            if contains_unknowns(known):
                pulumi.log.info(f"the snapshot names of copy {name} show when its source exists", resource=self)
                return {}
            return image.declare_names(known, known[0]) if known else {}

        def free(taken_by: Sequence[str]) -> Output[dict[str, str]]:
            if taken_by:
                raise InputError(
                    f"image name {image_name!r} of copy {name!r} is taken by {taken_by[0]} in the copy's region, and "
                    "the state of this stack does not have that image: if an update of this stack was killed, run "
                    "`snapnames recover`; else give the copy another name, or deregister that image"
                )
            return devices.apply(declare, run_with_unknowns=True)

        return ids_named(image_name, self).apply(free)


def _check(args: ImageCopyArgs) -> None:
    """Raise `InputError` for an argument that can't be right."""
    image_name = args["image_name"]
    check_image_name(image_name, "image_name")
    check_pattern(args.get("name_pattern", DEFAULT_PATTERN), "name_pattern")
    check_service(args.get("service", image_name), image_name)
    check_image_tags(args.get("image_tags", {}), "image_tags")
    check_image_tags(args.get("snapshot_tags", {}), "snapshot_tags")


def _no_volumes(name: str, image_id: str) -> InputError:
    return InputError(
        f"copy {name!r} ({image_id}) has no EBS volume in the state of this stack, as after a copy that failed or "
        "timed out, so there is nothing to name: run `pulumi up --refresh`"
    )


def _still_to_come(time: str | None) -> str | None:
    """The time, unless it is over: EC2 refuses to deprecate an image in the past. Raises `InputError` if it is none."""
    if not time:
        return None
    try:
        over = datetime.fromisoformat(time) <= datetime.now(UTC)
    except (ValueError, TypeError) as error:  # no time at all, or one without its offset from UTC
        raise InputError(
            f"deprecation_time is {time!r}; it is a time as RFC 3339 writes it, as 2027-01-31T23:59:00Z: write it so"
        ) from error
    return None if over else time
