"""Removes names when the stack is destroyed, but only names that are still the stack's own.

A Tag can't do this. `pulumi destroy` runs no program, and a refresh reads a person's name into the Tag, so deleting the
Tag would delete that name. This resource holds the declared names, and a refresh does not change them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pulumi import ComponentResource, ResourceOptions
from pulumi.dynamic import ConfigureRequest, CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from snapnames.aws.pace import PER_SECOND, Pace
from snapnames.aws.session import StackSession
from snapnames.aws.tags import read_tags
from snapnames.config.provider import KEYS
from snapnames.rules.limits import chunks
from snapnames.rules.owned_names import PREVIOUS_NAME

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

Props = dict[str, Any]

_AT_A_TIME = int(PER_SECOND)
"""How many names are decided on together: what EC2 takes in a second."""


class NameRemoval(Resource):
    """Makes nothing. When it is deleted, names that are still as declared are removed, and previous names come back."""

    def __init__(self, owner: ComponentResource, names: Mapping[str, str], *, removes: bool) -> None:
        """`names`: snapshot id to the declared Name. `removes`: whether to do anything at all."""
        super().__init__(
            _Provider(),
            f"{owner.pulumi_resource_name}-removal",
            {"names": names, "removes": removes},
            ResourceOptions(parent=owner),
        )


class _Provider(ResourceProvider):
    """Runs in a process of the engine. The state holds only the name of this class, so it must stay importable."""

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the stack's `aws:` config of this run."""
        given = {key: req.config.get(f"aws:{key}") for key in KEYS}
        self._config = {key: value for key, value in given.items() if value is not None}

    def create(self, props: Props) -> CreateResult:
        """Make nothing."""
        return CreateResult("names", _own(props))

    def diff(self, _id: str, olds: Props, news: Props) -> DiffResult:
        """Compare what is held."""
        return DiffResult(changes=_own(olds) != _own(news))

    def update(self, _id: str, _olds: Props, news: Props) -> UpdateResult:
        """Hold the new names."""
        return UpdateResult(_own(news))

    def delete(self, _id: str, props: Props) -> None:
        """Remove the names that are still as declared, and give previous names back."""
        if props["removes"]:
            remove_names(StackSession(self._config).ec2(), props["names"])


def _own(props: Props) -> Props:
    return {key: props[key] for key in ("names", "removes")}


def remove_names(client: "EC2Client", names: Mapping[str, str], pace: Pace | None = None) -> None:
    """Remove the Name of each snapshot that is still as given; one that replaced another gives that back.

    The previous name is put back before its tag goes, so a kill between the two loses nothing; the next call goes on.

    Names are read again when their turn has come, those of a second in one call. EC2 compares the value that it
    deletes, so a name given after that read is safe from a delete. It has no write that minds what is there: a name
    that a person gives between that read and the previous name, which is a second or two, is lost, and so is one that
    EC2 does not show yet.
    """
    pace = pace or Pace()
    for batch in chunks(list(_ours(client, names, list(names))), _AT_A_TIME):
        pace.sleep(len(batch))
        for snapshot_id, tags in _ours(client, names, batch).items():
            _remove(client, snapshot_id, names[snapshot_id], tags)


def _ours(client: "EC2Client", names: Mapping[str, str], snapshot_ids: list[str]) -> dict[str, dict[str, str]]:
    """The tags of those that have the name that was given, or again the one that it replaced."""
    return {
        snapshot_id: tags
        for snapshot_id, tags in read_tags(client, snapshot_ids, "Name", PREVIOUS_NAME).items()
        if tags.get("Name") in (names[snapshot_id], tags.get(PREVIOUS_NAME))
    }


def _remove(client: "EC2Client", snapshot_id: str, name: str, tags: Mapping[str, str]) -> None:
    previous = tags.get(PREVIOUS_NAME)
    if previous is None:
        client.delete_tags(Resources=[snapshot_id], Tags=[{"Key": "Name", "Value": name}])
        return
    if tags.get("Name") != previous:
        client.create_tags(Resources=[snapshot_id], Tags=[{"Key": "Name", "Value": previous}])
    client.delete_tags(Resources=[snapshot_id], Tags=[{"Key": PREVIOUS_NAME, "Value": previous}])
