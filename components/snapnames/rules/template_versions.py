"""Versions of a launch template, and which of them nothing needs any more."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """A version of a launch template."""

    number: int
    image_id: str
    default: bool = False
    latest: bool = False


def spare_versions(
    versions: Iterable[TemplateVersion], gone: Collection[str], pinned: Collection[str]
) -> list[TemplateVersion]:
    """The versions that launch an image of `gone`, but the default one, the latest one, and those that a group pins.

    `pinned`: version numbers as text, as Auto Scaling has them.

    >>> versions = [TemplateVersion(1, "ami-1"), TemplateVersion(2, "ami-1"), TemplateVersion(3, "ami-2", True, True)]
    >>> [one.number for one in spare_versions(versions, {"ami-1", "ami-2"}, {"2"})]
    [1]
    """
    return [
        one
        for one in versions
        if one.image_id in gone and not one.default and not one.latest and str(one.number) not in pinned
    ]
