"""What the server can be told about images and snapshots while it runs: the setting called `ec2`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REFERENCES = ("imagebuilder:ContainerRecipe", "imagebuilder:ImageRecipe", "ssm:Parameter")
"""What can refer to an image without being in the local EC2."""


@dataclass(frozen=True)
class ImageSettings:
    """All of them. Seconds are 0 or more; a retention of 0 is no retention rule."""

    clock_ahead_seconds: float = 0.0
    """How far the clock is ahead by which protections, locks, retentions and deprecations run."""
    image_retention_seconds: float = 0.0
    """How long a deregistered image stays in the Recycle Bin."""
    snapshot_retention_seconds: float = 0.0
    """How long a deleted snapshot stays there."""
    copies_refuse_taken_names: bool = False
    """Whether CopyImage refuses the name of another image: others report that it does not, and no page says."""
    organizations: dict[str, list[str]] = field(default_factory=dict)
    """ARN of an organization or of an organizational unit to the accounts in it."""
    references: list[dict[str, str]] = field(default_factory=list)
    """Resources that refer to an image, as DescribeImageReferences shows them: ImageId, ResourceType, Arn."""
    parameter_seconds: float = 0.0
    """How long Parameter Store takes to check the image of a parameter, before the parameter is written."""
    opted_in: list[str] = field(default_factory=list)
    """The regions that are enabled, beside those that are enabled in every account."""
    empty_first_pages: bool = False
    """Whether each long answer begins with an empty page that has a token, as EC2 may give one."""

    def changed(self, changes: object) -> ImageSettings:
        """Take over JSON; what is not given stays. Raises `ValueError` for a key or value that is no setting."""
        if not isinstance(changes, dict):
            raise ValueError(f"ec2 is {changes!r}: give an object of settings")  # noqa: TRY004 - the one error for bad settings
        if unknown := sorted(set(changes) - {one.name for one in fields(self)}):
            known = ", ".join(one.name for one in fields(self))
            raise ValueError(f"ec2 has no setting {unknown[0]!r}: use {known}")
        return replace(self, **{key: _READERS[key](f"ec2.{key}", value) for key, value in changes.items()})

    def as_json(self) -> dict[str, object]:
        """Return the settings as JSON holds them."""
        return asdict(self)


def _seconds(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"{key} is {value!r}: give seconds as a number, 0 or more")
    return float(value)


def _truth(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key} is {value!r}: give true or false")  # noqa: TRY004 - the one error for bad settings
    return value


def _organizations(key: str, value: object) -> dict[str, list[str]]:
    if not isinstance(value, dict) or not all(isinstance(accounts, list) for accounts in value.values()):
        raise ValueError(f"{key} is {value!r}: give an object of ARNs and lists of account ids")
    return {str(arn): [str(account) for account in accounts] for arn, accounts in value.items()}


def _references(key: str, value: object) -> list[dict[str, str]]:
    given: list[Any] = value if isinstance(value, list) else [value]
    for one in given:
        if not isinstance(one, dict) or set(one) != {"ImageId", "ResourceType", "Arn"}:
            raise ValueError(f"{key} has {one!r}: give objects with ImageId, ResourceType and Arn")
        if one["ResourceType"] not in REFERENCES:
            raise ValueError(f"{key} has the type {one['ResourceType']!r}: use {', '.join(REFERENCES)}")
    return given


def _names(key: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{key} is {value!r}: give a list of names")
    return value


_READERS: Mapping[str, Callable[[str, object], Any]] = {
    "clock_ahead_seconds": _seconds,
    "image_retention_seconds": _seconds,
    "snapshot_retention_seconds": _seconds,
    "copies_refuse_taken_names": _truth,
    "organizations": _organizations,
    "references": _references,
    "parameter_seconds": _seconds,
    "opted_in": _names,
    "empty_first_pages": _truth,
}
