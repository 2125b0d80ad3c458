"""Reads of the account's images. They decide whether an image is built, and whether it may be used.

All reads go through the caller's own provider, so they use the same region, profile and assumed roles.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import pulumi
from pulumi import ComponentResource, Output, ProviderResource, Resource

from snapnames.errors import InputError
from snapnames.printable import shell_command
from snapnames.rules.images import SERVICE_TAG, STACK_TAG
from snapnames.rules.limits import chunks
from snapnames.rules.resource_types import IMAGE_IDS

from .aws_reads import Filter, own_image, own_image_ids, own_image_ids_output

_UNFINISHED = ("pending", "failed", "invalid", "error", "transient")
_PRESENT = (*_UNFINISHED, "available")
"""Every ImageState but `deregistered`, which EC2 still lists for a while, and `disabled`, which the provider hides."""


def stack_tag() -> str:
    """The value of `STACK_TAG` for the running program's stack."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"


def marked_ids(names: Sequence[str] | None = None, service: str = "") -> set[str]:
    """The ids of the images that bear the mark of this stack: one read, or one for each 200 names.

    `service`: only those of this service, in a stack that has several.
    With `names` only images that CreateImage made under one of these names: no copy is among them, and EC2 takes no
    name twice.
    """
    marked: list[Filter] = [
        {"name": "state", "values": _PRESENT},
        {"name": f"tag:{STACK_TAG}", "values": [stack_tag()]},
    ]
    if service:
        marked.append({"name": f"tag:{SERVICE_TAG}", "values": [service]})
    if names is None:
        return _ids(marked)
    # docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html: only what CreateImage made has it.
    created: list[Filter] = [*marked, {"name": "source-instance-id", "values": ["i-*"]}]
    return {one for chunk in chunks(names) for one in _ids([*created, {"name": "name", "values": chunk}])}


def _ids(filters: Sequence[Filter]) -> set[str]:
    try:
        return set(own_image_ids(filters))
    except Exception as error:
        # An invoke can raise anything. Uncaught, it would show a stack trace, and the provider's own words last.
        raise InputError(
            f"the images of the account can't be read: {error}; a preview needs to read EC2: see to aws:profile, "
            "aws:region and the credentials"
        ) from error


def ids_named(name: str, owner: ComponentResource) -> Output[Sequence[str]]:
    """The id of the account's image of that name, or an empty list. Names are unique in an account and region."""
    return own_image_ids_output(
        [{"name": "name", "values": [name]}, {"name": "state", "values": _PRESENT}],
        owner,
    )


_Reads = dict[tuple[ProviderResource | None, bool], Output[Sequence[str]]]
_unfinished: WeakKeyDictionary[Resource, _Reads] = WeakKeyDictionary()


def unfinished_ids(owner: ComponentResource, *, marked: bool = True) -> Output[Sequence[str]]:
    """The ids of this stack's images that are not `available`. All components of a provider share one read per run.

    The state of a stack does not say this: after a refresh, a failed image looks like a built one. `marked`: only those
    that bear the mark of the stack. A copy gets its tags after CopyImage, so it may be without them.
    """
    root = pulumi.runtime.get_root_resource()
    reads = {} if root is None else _unfinished.setdefault(root, {})
    key = owner.get_provider(IMAGE_IDS), marked
    if key not in reads:
        mark: list[Filter] = [{"name": f"tag:{STACK_TAG}", "values": [stack_tag()]}] if marked else []
        reads[key] = own_image_ids_output([*mark, {"name": "state", "values": _UNFINISHED}], owner)
    return reads[key]


def refuse_unfinished(image_name: str, image_id: str, owner: ComponentResource) -> Output[None]:
    """Raise `InputError` with the state of the image and EC2's reason for it."""
    return own_image(image_id, owner).apply(lambda ami: _refuse_state(image_name, ami))


def _state(ami: Mapping[str, Any]) -> str:
    reason = ami["stateReason"].get("message", "UNSET")
    return f"{ami['state']!r}{'' if reason == 'UNSET' else f' ({reason})'}"


def _refuse_state(image_name: str, ami: Mapping[str, Any]) -> NoReturn:
    raise InputError(
        f"image {image_name!r} ({ami['imageId']}) is {_state(ami)}; "
        "nothing launches from an image that is not available: run `pulumi up --refresh` when it has become available, "
        "or drop its release from the list"
    )


def refuse_unfinished_copy(name: str, image_id: str, owner: ComponentResource) -> Output[None]:
    """Raise `InputError` with the state of the copy and EC2's reason for it. `name`: what the program calls it."""

    def refuse(ami: Mapping[str, Any]) -> NoReturn:
        region = ami["arn"].split(":")[3]
        deregister = ("aws", "ec2", "deregister-image", "--region", region, "--image-id", image_id)
        deletes = shell_command(*deregister, "--delete-associated-snapshots")
        step = (
            "run `pulumi up --refresh` when it has become available"
            if ami["state"] in ("pending", "transient")
            else f"run {deletes}, and `pulumi up --refresh`, which copies the image again"
        )
        raise InputError(f"copy {name!r} ({image_id}) is {_state(ami)}; nothing launches from it: {step}")

    return own_image(image_id, owner).apply(refuse)


def refuse_taken(image_name: str, taken_by: Output[Sequence[str]], owner: ComponentResource) -> Output[None]:
    """Raise `InputError` if an image has the name already. Call it for an image without volumes in the state."""

    def refuse(ami: Mapping[str, Any]) -> NoReturn:
        if ami["tags"].get(STACK_TAG) == stack_tag():
            if ami["state"] != "available":
                _refuse_state(image_name, ami)
            raise InputError(
                f"image {image_name!r} ({ami['imageId']}) was built by this stack, whose state does not have its "
                "volumes, as after a create that timed out: run `pulumi up --refresh`; if the state does not have the "
                "image at all: run `snapnames recover`, which takes it in"
            )
        raise InputError(
            f"image name {image_name!r} is taken by {ami['imageId']}, which this stack did not build; names are unique "
            "in an account and region: release under another name, or take the image in as it is, by its id in "
            "snapnames:takenIn"
        )

    return taken_by.apply(lambda ids: own_image(ids[0], owner).apply(refuse) if ids else Output.from_input(None))
