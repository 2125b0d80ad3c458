"""A stack whose fleet takes over a group of the team's own: what the last update left says what may change now."""

from collections.abc import Mapping
from typing import Any

from pulumi import ResourceOptions, ResourceTransformationArgs, ResourceTransformationResult

from snapnames.config.settings import Settings
from snapnames.errors import InputError
from snapnames.rules.groups import GROUP_OUTPUT
from snapnames.rules.resource_types import IMAGE, TAG

ADOPTED_OUTPUT = "adoptedGroup"
"""The stack output that has the name of the group that the stack has taken over."""

ADOPTED_SERVICE_OUTPUT = "adoptedService"
"""The stack output that has the service for which the stack has taken the group over."""

IMAGES_OUTPUT = "images"
"""The stack output that has the id of each release's image."""

LIVE_OUTPUT = "live"

LEFT_OUTPUT = "leftRelease"
"""The stack output that has the release which a group launched when the stack left it to itself."""


def check_adoption(settings: Settings, before: Mapping[str, Any]) -> None:
    """Raise `InputError` for a change that would end a group, make a second one, or leave an image behind.

    `before`: the outputs that the last update has left.
    """
    if settings.fleet is None:
        return
    wanted = settings.fleet.get("adopt", "")
    group, adopted = before.get(GROUP_OUTPUT, ""), before.get(ADOPTED_OUTPUT, "")
    if wanted and group and adopted != wanted:
        whose = "which it has taken over" if adopted else "which it has made, and which this update would delete"
        raise InputError(
            f"snapnames:fleet.adopt is {wanted!r}, and the stack has the Auto Scaling group {group!r}, {whose}: a "
            f"stack has one group. Take {wanted!r} over in a stack of its own, or first remove snapnames:fleet and run "
            "`pulumi up`"
        )
    if adopted and not wanted:
        raise InputError(
            f"snapnames:fleet.adopt is gone, and the stack has taken over the Auto Scaling group {adopted!r}: a second "
            f"group would be made. Write {adopted!r} there again; or, to leave the group to itself, remove "
            "snapnames:fleet as a whole"
        )
    service = before.get(ADOPTED_SERVICE_OUTPUT, settings.service)
    if adopted and service != settings.service:
        raise InputError(
            f"snapnames:service is {settings.service!r}, and the stack has taken over the Auto Scaling group "
            f"{adopted!r} for the service {service!r}: the launch template of that service would stay in the account, "
            f"and nothing would launch from it. Write {service!r} there again; or take the group over in another "
            "stack, after this one has left it"
        )
    last = before.get(LIVE_OUTPUT, "")
    if adopted and last and last not in settings.releases:
        raise InputError(
            f"snapnames:releases does not list {last!r}, which the group {adopted!r} launched when the last update "
            "ended: an image that a group of your own launches is never deleted in the update that replaces it. List "
            "it in this update, and drop it with a later one"
        )


def left_release(settings: Settings, before: Mapping[str, Any]) -> str:
    """The release that a group of the team's own was left with; empty if none was left.

    The group goes on launching its image, so no later update of the stack may delete it. In the update that leaves the
    group, AWS is asked: after an update that has failed, the group launches another release than the outputs say.
    """
    left: str = before.get(LEFT_OUTPUT, "")
    if settings.fleet is None and before.get(ADOPTED_OUTPUT):
        left = _launched_release(settings, before[ADOPTED_OUTPUT]) or before.get(LIVE_OUTPUT, "")
    return left


def _launched_release(settings: Settings, group_name: str) -> str:
    """The listed release whose image the group launches; empty for any other image, and without the group."""
    # Only an update that leaves a group needs boto3 here.
    from snapnames.aws.images import images_by  # noqa: PLC0415
    from snapnames.aws.session import program_session, reading  # noqa: PLC0415
    from snapnames.aws.taken_group import read_taken_group  # noqa: PLC0415

    with reading(f"the Auto Scaling group {group_name!r}"):
        session = program_session()
        group = read_taken_group(session.ec2(), session.autoscaling(), group_name)
        if group is None:
            return ""
        launched = {image.name for image in images_by(session.ec2(), "image-id", [group.image_id])}
    return next((release for release in settings.releases if settings.image_name(release) in launched), "")


def staying(settings: Settings, release: str, left: str) -> ResourceOptions | None:
    """Options for the image of a release: the one that a group of the team's own launches outlives the stack.

    The next update clears the flag of the release before, so that a later one can drop its image. `left`: the release
    that a group was left with.
    """
    if release == left or ("adopt" in (settings.fleet or {}) and release == settings.live):
        return ResourceOptions(transformations=[_kept])
    return None


def _kept(args: ResourceTransformationArgs) -> ResourceTransformationResult | None:
    if args.type_ not in (IMAGE, TAG):
        return None
    return ResourceTransformationResult(
        args.props, ResourceOptions.merge(args.opts, ResourceOptions(retain_on_delete=True))
    )
