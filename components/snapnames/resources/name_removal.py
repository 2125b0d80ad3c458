"""Removes names when the stack is destroyed, but only names that are still the stack's own.

A Tag can't do this. `pulumi destroy` runs no program, and a refresh reads a person's name into the Tag, so deleting the
Tag would delete that name. This resource holds the declared names, and a refresh does not change them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pulumi import ComponentResource, ResourceOptions
from pulumi.dynamic import ConfigureRequest, CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from snapnames.aws.pace import Pace
from snapnames.aws.session import StackSession
from snapnames.aws.tags import read_tags
from snapnames.config.provider import KEYS
from snapnames.rules.owned_names import PREVIOUS_NAME

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

Props = dict[str, Any]


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


def remove_names(client: "EC2Client", names: Mapping[str, str]) -> None:
    """Remove each Name that is still as it was given. If it had replaced another name, give that name back.

    The previous name comes back before its tag is removed. So a kill between the two calls loses nothing, and the next
    run goes on.
    """
    pace = Pace()
    for snapshot_id, tags in read_tags(client, list(names), "Name", PREVIOUS_NAME).items():
        live, previous = tags.get("Name"), tags.get(PREVIOUS_NAME)
        if live not in (names[snapshot_id], previous):
            continue
        pace.sleep()
        # EC2 deletes a tag only if its value is the given one, so a name that was given since is safe.
        if previous is None:
            client.delete_tags(Resources=[snapshot_id], Tags=[{"Key": "Name", "Value": names[snapshot_id]}])
            continue
        if live != previous:
            client.create_tags(Resources=[snapshot_id], Tags=[{"Key": "Name", "Value": previous}])
        client.delete_tags(Resources=[snapshot_id], Tags=[{"Key": PREVIOUS_NAME, "Value": previous}])
