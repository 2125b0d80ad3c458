"""The images of a service's releases: which may be built, and from what."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from snapnames.config.settings import Settings
from snapnames.errors import InputError
from snapnames.release_image import ReleaseImage, ReleaseImageArgs
from snapnames.resources.account_images import marked_ids
from snapnames.rules.time_spans import deprecation_time

from .adoption import IMAGES_OUTPUT, LIVE_OUTPUT, staying
from .dropped_images import settle_dropped
from .live_image import heed_disabled
from .sharing import check_sharing
from .source import find_source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pulumi import ResourceOptions

    from snapnames.rules.images import Image
    from snapnames.rules.source import SourceInstance

    from .account import Account
    from .taken_in import TakenInImage


def release_images(
    settings: Settings, before: "Mapping[str, Any]", marked: "Callable[[], Collection[str]]", left: str = ""
) -> "dict[str, ReleaseImage | TakenInImage]":
    """Release to its image, newest first.

    `before`: the outputs that the last update has left. `marked`: reads the ids of all images that bear the mark of
    this stack, and of this service. `left`: the release that a group was left with.

    Two reads of the account when every image exists and none was dropped.

    Images that others built, and that the config takes in, are read, marked and named, and never built. Without a
    release it is one read, for images of those that were dropped. Images are compared by their ids and
    names, never by how many there are: a copy may bear the tags and the name of a release.

    Only the first release may be built: an older one would be made of today's instance and pass for what it is not.
    Raises `InputError` before any resource is registered when an older image is missing, or no instance can be found
    for the first.
    """
    taken = _taken_in(settings)
    heed_disabled(settings, before, taken.get(settings.live))
    names = {release: settings.image_name(release) for release in settings.releases if release not in taken}
    newest = _newest(settings, names)
    source, read, let_go = _settled(settings, names, before, marked)
    check_sharing(settings, before, source.instance_id if source else "")

    def declare(image_name: str, options: "ResourceOptions | None" = None) -> ReleaseImage:
        args: ReleaseImageArgs = {
            "image_name": image_name,
            "service": settings.service,
            "name_pattern": settings.name_pattern,
            "reboot": settings.reboot,
            "image_tags": settings.image_tags,
            "snapshot_tags": settings.snapshot_tags,
            "description": settings.description,
            "create_timeout": settings.create_timeout,
        }
        if source is not None and image_name == newest:
            args["source_instance_id"] = source.instance_id
            if settings.deprecate_after:
                args["deprecation_time"] = deprecation_time(settings.deprecate_after, datetime.now(UTC))
            return ReleaseImage(image_name, args, options, read=read)
        return ReleaseImage(image_name, args, options)

    for name in let_go:
        declare(name)
    declared = _declared(settings, taken)
    return {
        release: declared.get(release) or declare(names[release], staying(settings, release, left))
        for release in settings.releases
    }


def _newest(settings: Settings, names: "Mapping[str, str]") -> str:
    """The image name of the first release; empty if others built its image."""
    return next((names[release] for release in settings.releases[:1] if release in names), "")


def _settled(
    settings: Settings,
    names: "Mapping[str, str]",
    before: "Mapping[str, Any]",
    marked: "Callable[[], Collection[str]]",
) -> "tuple[SourceInstance | None, SourceInstance | None, list[str]]":
    """What the account has: the source of the image that is to be built, and the images that may not be dropped yet.

    The source stands twice: what the image is made of, and what the component need not read again.
    """
    only, newest = settings.service if settings.own_config else "", _newest(settings, names)
    listed = marked_ids(list(names.values()), only) if names else set()
    if len(listed) == len(names) and listed == set(marked()):
        return None, None, []
    # Only now is boto3 needed, which takes longer to import than a preview without changes takes in all.
    from .account import Account  # noqa: PLC0415

    account = Account.read(list(names.values()), only)
    _refuse_missing(account, {release: name for release, name in names.items() if name != newest}, settings.namespace)
    heed_disabled(settings, before, next((one for one in account.built if one.name == names.get(settings.live)), None))
    adopted = (settings.fleet or {}).get("adopt", "")
    source = None
    if newest and account.named(newest) is None:
        live = before.get(IMAGES_OUTPUT, {}).get(before.get(LIVE_OUTPUT), "")
        source = find_source(settings.source, newest, account, reboot=settings.reboot, adopted=adopted, live=live)
    let_go = settle_dropped(settings, account)
    # A copy of that name keeps EC2 from making the image: then the component reads it, and says so.
    return source, None if account.bears(newest) else source, let_go


def _taken_in(settings: Settings) -> "Mapping[str, Image]":
    """Release to image, of those that others built."""
    if not settings.taken_in:
        return {}
    from .taken_in import read_taken_in  # noqa: PLC0415 -- imports boto3

    return read_taken_in(settings)


def _declared(settings: Settings, taken: "Mapping[str, Image]") -> "Mapping[str, TakenInImage]":
    if not taken:
        return {}
    from .taken_in import declare_taken_in  # noqa: PLC0415 -- the same

    return declare_taken_in(settings, taken)


def _refuse_missing(account: "Account", older: dict[str, str], namespace: str) -> None:
    missing = [release for release, name in older.items() if account.named(name) is None]
    if missing:
        raise InputError(
            f"{namespace}releases lists {', '.join(map(repr, missing))}, whose image does not exist in "
            f"{account.place}; only the first release is built, since an older image can't be made of today's "
            "instance: check first that aws:region, aws:profile and the keys lead to the region and the account where "
            "the stack was deployed"
        )
