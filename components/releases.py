"""The images of a service's releases: which of them may be built, and from which instance."""

from datetime import UTC, datetime

from .account_images import count_images
from .deprecation import deprecation_time
from .dropped_images import settle_dropped
from .errors import InputError
from .release_image import ReleaseImage, ReleaseImageArgs
from .settings import Settings
from .source_instance import find_source


def release_images(settings: Settings) -> dict[str, ReleaseImage]:
    """Release to its image, newest first.

    Makes two reads of the account if every image exists and no release was dropped. Without a release it makes one
    read, which looks for images of dropped releases.

    Only the first release may be built. The image of an older one would be made from today's instance, and would not be
    what that release was. Raises `InputError` before any resource is registered if an older image is missing, or if no
    instance is found for the first one.
    """
    names = {release: settings.image_name(release) for release in settings.releases}
    source = None
    present = count_images(names=list(names.values()))
    newest = next(iter(names), "")
    if present < len(names):
        _refuse_missing({release: name for release, name in names.items() if release != newest})
        source = find_source(settings.source, names[newest])
    settle_dropped(settings, present)

    def declare(release: str) -> ReleaseImage:
        args: ReleaseImageArgs = {
            "image_name": names[release],
            "name_pattern": settings.name_pattern,
            "reboot": settings.reboot,
            "image_tags": settings.image_tags,
            "snapshot_tags": settings.snapshot_tags,
            "description": settings.description,
            "create_timeout": settings.create_timeout,
        }
        if release == newest and source is not None:
            args["source_instance_id"] = source
            if settings.deprecate_after:
                args["deprecation_time"] = deprecation_time(settings.deprecate_after, datetime.now(UTC))
        return ReleaseImage(names[release], args)

    return {release: declare(release) for release in settings.releases}


def _refuse_missing(older: dict[str, str]) -> None:
    if count_images(names=list(older.values())) == len(older):
        return
    missing = [release for release, name in older.items() if not count_images(names=[name])]
    raise InputError(
        f"snapnames:releases lists {', '.join(map(repr, missing))}, whose image does not exist; only the first release "
        "is built, since an older image can't be made of today's instance: drop it from the list"
    )
