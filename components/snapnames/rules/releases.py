"""Releases of a service: the image of a release is called `<service>-<release>`."""

import re

from snapnames.errors import InputError

from .naming import IMAGE_NAME_CHARACTERS, MAX_IMAGE_NAME

_RELEASE = re.compile(f"[{IMAGE_NAME_CHARACTERS}]+")


def image_name(service: str, release: str) -> str:
    """The name of the image of a release.

    >>> image_name("front-web", "20180307231207")
    'front-web-20180307231207'
    """
    return f"{service}-{release}"


def release_of(service: str, name: str) -> str | None:
    """The release whose image bears the name, or None for the name of something else.

    >>> release_of("front-web", "front-web-20180307231207"), release_of("front-web", "back-1")
    ('20180307231207', None)
    """
    prefix = image_name(service, "")
    return name.removeprefix(prefix) if service and len(name) > len(prefix) and name.startswith(prefix) else None


def check_service(service: str, name: str) -> None:
    """Raise `InputError` unless the image of that name can be a release of the service, or is called as the service."""
    if name != service and release_of(service, name) is None:
        raise InputError(
            f"image name {name!r} does not begin with {service!r} and a '-'; by that the image of a service is known: "
            "set image_name or service"
        )


def check_release(release: str, service: str) -> None:
    """Raise `InputError` unless EC2 takes `<service>-<release>` as the name of an image."""
    if not _RELEASE.fullmatch(release):
        raise InputError(
            f"release {release!r} is no part of an image name; EC2 takes letters, digits, ( ) [ ] space . / - ' @ _: "
            "give --release such a text"
        )
    name = image_name(service, release)
    if len(name) > MAX_IMAGE_NAME:
        raise InputError(
            f"image name {name!r} has {len(name)} characters; EC2 takes at most {MAX_IMAGE_NAME}: give a shorter "
            "--release"
        )
