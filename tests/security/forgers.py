"""An account in memory, in which the stack, another team and a forger make things; and a stack that is recovered there.

What EC2 fixes itself nobody chooses: ids, the source instance of an image, Description and volume of what CreateImage
and CopySnapshot make. All else is what the caller says.
"""

import fnmatch
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from snapnames.rules.naming import DEFAULT_PATTERN
from snapnames.rules.resource_types import (
    CONFIGURATION,
    FLEET,
    GROUP,
    IMAGE,
    PROVIDER,
    RELEASE_IMAGE,
    ROOT,
    SOURCE_VOLUMES,
    TAG,
    beside,
    child,
    root_urn,
)

STACK, OURS, TEAM, FORGER = "organization/web/production", "ours", "team", "forger"
INSTANCES = {OURS: "i-0000000000000000a", TEAM: "i-0000000000000000b", FORGER: "i-0000000000000000c"}
MARK = {"snapnames:stack": STACK, "snapnames:service": "web"}
FLEET_NAME = "web-0123456"
BEGUN = {"name": FLEET_NAME, "__defaults": ["name"], "instanceType": "t3.micro"}
"""The create of a launch configuration that a kill has cut off, without its image."""

Thing = dict[str, Any]


@dataclass
class Account:
    """What EC2 and Auto Scaling have, and who made it."""

    images: dict[str, Thing] = field(default_factory=dict)
    snapshots: dict[str, Thing] = field(default_factory=dict)
    configurations: dict[str, Thing] = field(default_factory=dict)
    groups: dict[str, Thing] = field(default_factory=dict)
    makers: dict[str, str] = field(default_factory=dict)
    written: list[tuple[str, str]] = field(default_factory=list)
    """Each write of the recovery, and the id."""

    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def _new(self, kind: str, who: str) -> tuple[str, datetime]:
        number = next(self._numbers)
        made = f"{kind}-{number:017x}"
        self.makers[made] = who
        return made, datetime(2026, 11, 25, tzinfo=UTC) + timedelta(minutes=number)

    def create_image(self, who: str, name: str, tags: Mapping[str, str], named: Sequence[str | None] = (None,)) -> str:
        """CreateImage of the own instance, a snapshot for each of `named`. EC2 refuses a name that is taken."""
        if any(image["Name"] == name for image in self.images.values()):
            return ""
        source = INSTANCES[who]
        image_id, made = self._new("ami", who)
        behind = [
            self._snapshot(who, f"Created by CreateImage({source}) for {image_id}", "vol-1", _name(one))
            for one in named
        ]
        self.images[image_id] = _image(image_id, name, made, behind, tags, SourceInstanceId=source)
        return image_id

    def register_image(self, who: str, name: str, behind: Sequence[str], tags: Mapping[str, str]) -> None:
        """RegisterImage over snapshots of anybody."""
        if behind and all(image["Name"] != name for image in self.images.values()):
            image_id, made = self._new("ami", who)
            self.images[image_id] = _image(image_id, name, made, list(dict.fromkeys(behind)), tags)

    def copy_image(self, who: str, source: str, name: str, tags: Mapping[str, str]) -> None:
        """CopyImage, which takes the name of its source too."""
        image_id, made = self._new("ami", who)
        copied = [
            self._snapshot(who, f"Copied for DestinationAmi {image_id} from SourceAmi {source}.", "vol-ffffffff", {})
            for _ in self.images[source]["BlockDeviceMappings"]
        ]
        self.images[image_id] = _image(image_id, name, made, copied, tags, SourceImageId=source)

    def create_snapshot(self, who: str, description: str, tags: Mapping[str, str]) -> None:
        """CreateSnapshot of an own volume, with any Description."""
        self._snapshot(who, description, "vol-2", tags)

    def copy_snapshot(self, who: str, source: str, tags: Mapping[str, str]) -> None:
        """CopySnapshot, which keeps the Description. EC2 shows no volume for it."""
        self._snapshot(who, self.snapshots[source]["Description"], "vol-ffffffff", tags)

    def create_tags(self, who: str, resource_id: str, tags: Mapping[str, str]) -> None:
        """CreateTags, which a policy allows on own resources alone."""
        one = self.images.get(resource_id) or self.snapshots.get(resource_id)
        if one and self.makers[resource_id] == who:
            one["Tags"] = _tags({**{tag["Key"]: tag["Value"] for tag in one["Tags"]}, **tags})

    def deregister_image(self, who: str, image_id: str) -> None:
        """DeregisterImage of an own image; its snapshots stay."""
        if self.makers.get(image_id) == who:
            self.images.pop(image_id, None)

    def create_launch_configuration(self, who: str, name: str, given: Mapping[str, Any]) -> None:
        """Names are taken once."""
        if name not in self.configurations:
            _, made = self._new("lc", who)
            self.makers[name] = who
            self.configurations[name] = {"LaunchConfigurationName": name, "CreatedTime": made, **given}

    def create_group(self, who: str, name: str, configuration: str, tags: Mapping[str, str]) -> None:
        """With any tags, and launching from any configuration."""
        if name not in self.groups:
            _, made = self._new("asg", who)
            self.makers[name] = who
            self.groups[name] = {
                "AutoScalingGroupName": name,
                "CreatedTime": made,
                "LaunchConfigurationName": configuration,
                "DesiredCapacity": 1,
                "HealthCheckType": "EC2",
                "Instances": [],
                "Tags": _tags(tags),
            }

    def _snapshot(self, who: str, description: str, volume: str, tags: Mapping[str, str]) -> str:
        snapshot_id, started = self._new("snap", who)
        self.snapshots[snapshot_id] = {
            "SnapshotId": snapshot_id,
            "Description": description,
            "VolumeId": volume,
            "VolumeSize": 8,
            "State": "completed",
            "StartTime": started,
            "Tags": _tags(tags),
        }
        return snapshot_id


def _name(given: str | None) -> dict[str, str]:
    return {} if given is None else {"Name": given}


def _tags(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.items()]


def _image(
    image_id: str, name: str, made: datetime, behind: Sequence[str], tags: Mapping[str, str], **more: str
) -> Thing:
    mappings = [{"DeviceName": f"/dev/sd{'abcdef'[n]}", "Ebs": {"SnapshotId": one}} for n, one in enumerate(behind)]
    described = {"ImageId": image_id, "Name": name, "State": "available", "CreationDate": made.isoformat()}
    return {**described, "BlockDeviceMappings": mappings, "Tags": _tags(tags), **more}


class Clients:
    """Both clients of the stack's own session. They write down what is written."""

    def __init__(self, account: Account) -> None:
        """Of that account."""
        self._account = account

    def ec2(self) -> "Clients":
        """EC2."""
        return self

    autoscaling = ec2

    def get_paginator(self, call: str) -> "_Pages":
        """All in one page."""
        return _Pages(getattr(self, call))

    def describe_images(self, **asked: Any) -> Thing:  # noqa: ANN401 -- of a request
        """With the filters that snapnames uses."""
        return {"Images": _filtered(self._account.images.values(), asked, {"image-id": "ImageId", "name": "Name"})}

    def describe_snapshots(self, **asked: Any) -> Thing:  # noqa: ANN401
        """The same."""
        return {"Snapshots": _filtered(self._account.snapshots.values(), asked, {"description": "Description"})}

    def list_images_in_recycle_bin(self) -> Thing:
        """No retention rule keeps any."""
        return {"Images": []}

    def describe_tags(self, Filters: Sequence[Mapping[str, Any]]) -> Thing:  # noqa: N803 -- AWS's name
        """Of a key, or of resources."""
        wanted = {one["Name"]: one["Values"] for one in Filters}
        both = {**self._account.images, **self._account.snapshots}
        return {
            "Tags": [
                {"ResourceId": resource_id, **tag}
                for resource_id, one in both.items()
                for tag in one["Tags"]
                if tag["Key"] in wanted.get("key", [tag["Key"]])
                and resource_id in wanted.get("resource-id", [resource_id])
            ]
        }

    def describe_launch_configurations(self, LaunchConfigurationNames: Collection[str] = ()) -> Thing:  # noqa: N803
        """All, or those of the names."""
        found = self._account.configurations
        return {
            "LaunchConfigurations": [one for name, one in found.items() if name in (LaunchConfigurationNames or found)]
        }

    def describe_auto_scaling_groups(self, **asked: Any) -> Thing:  # noqa: ANN401
        """All, or those with a tag."""
        wanted = [value for one in asked.get("Filters", ()) for value in one["Values"]]
        return {
            "AutoScalingGroups": [
                one
                for one in self._account.groups.values()
                if not wanted or any(tag["Value"] in wanted for tag in one["Tags"] if tag["Key"] == "snapnames:stack")
            ]
        }

    def delete_snapshot(self, SnapshotId: str) -> None:  # noqa: N803
        """EC2 refuses one that an image uses."""
        for image in self._account.images.values():
            if any(one["Ebs"]["SnapshotId"] == SnapshotId for one in image["BlockDeviceMappings"]):
                raise ClientError({"Error": {"Code": "InvalidSnapshot.InUse"}}, "DeleteSnapshot")
        self._account.written.append(("DeleteSnapshot", SnapshotId))
        del self._account.snapshots[SnapshotId]


@dataclass
class _Pages:
    call: Any

    def paginate(self, **asked: Any) -> list[Thing]:  # noqa: ANN401
        asked.pop("PaginationConfig", None)
        return [self.call(**asked)]


def _filtered(found: Collection[Thing], asked: Mapping[str, Any], keys: Mapping[str, str]) -> list[Thing]:
    filters = {keys[one["Name"]]: one["Values"] for one in asked.get("Filters", ())}
    return [
        one
        for one in found
        if all(any(fnmatch.fnmatchcase(one[key], value) for value in values) for key, values in filters.items())
    ]


class Stack:
    """A stack of the service `web` whose last update was killed, as far as a recovery asks for it."""

    name = "production"
    tag = STACK
    name_pattern = DEFAULT_PATTERN
    stopped = False

    def __init__(self, resources: list[Thing], pending: list[Thing], earlier: Mapping[str, str]) -> None:
        """`earlier`: image id to name, of earlier states."""
        self.deployment: Thing = {"resources": resources, "pending_operations": pending}
        self._earlier = earlier

    def state(self) -> Thing:
        """What is there."""
        return {"version": 3, "deployment": self.deployment}

    plain_state = state

    def replace_state(self, state: Thing) -> None:
        """As the engine imports it."""
        self.deployment = state["deployment"]

    def earlier_images(self) -> Mapping[str, str]:
        """Of a folder."""
        return self._earlier

    def refresh(self, _config: str, _on_event: object, _urns: list[str]) -> None:
        """Only reads."""

    def ids(self, *kinds: str) -> set[str]:
        """The ids that the state has of these types."""
        return {one["id"] for one in self.deployment["resources"] if one["type"] in kinds and one.get("id")}

    def named(self) -> set[str]:
        """The snapshots whose Name the stack declares: it gives these names back when somebody changes them."""
        return {one["inputs"]["resourceId"] for one in self.deployment["resources"] if one["type"] == TAG}


_ROOT = root_urn("web", "production")
_PROVIDER = f"{_ROOT.partition('::pulumi')[0]}::{PROVIDER}::default"
_FLEET = beside(_ROOT, FLEET, "web")


def _resource(kind: str, name: str, parent: str, inputs: Thing, resource_id: str = "") -> Thing:
    made = {"urn": child(parent, kind, name), "custom": True, "type": kind, "parent": parent, "inputs": inputs}
    return {**made, "provider": f"{_PROVIDER}::1", "outputs": inputs, **({"id": resource_id} if resource_id else {})}


def killed(held: Mapping[str, str], launched: str, *, group: bool, earlier: Mapping[str, str]) -> Stack:
    """A stack whose state has these images, id to name; `launched` is the image of the configuration it was making.

    It was building web-3 too, and has recorded the source of web-2. `group`: whether the state has one.
    """
    parts = {name: beside(_ROOT, RELEASE_IMAGE, name) for name in ("web-2", "web-3", *held.values())}
    resources: list[Thing] = [
        {"urn": _ROOT, "custom": False, "type": ROOT},
        {"urn": _PROVIDER, "custom": True, "type": PROVIDER, "id": "1", "inputs": {}},
        {"urn": _FLEET, "custom": False, "type": FLEET, "parent": _ROOT},
        *({"urn": urn, "custom": False, "type": RELEASE_IMAGE, "parent": _ROOT} for urn in parts.values()),
        _resource(SOURCE_VOLUMES, "web-2", parts["web-2"], {"instance": INSTANCES[OURS]}),
        *(_resource(IMAGE, name, parts[name], {"name": name}, one) for one, name in held.items()),
    ]
    if group:
        resources.append(_resource(GROUP, "web", _FLEET, {"name": "web-7654321"}, "web-7654321"))
    building = {"name": "web-3", "sourceInstanceId": INSTANCES[OURS], "tags": MARK}
    creates = [
        _resource(IMAGE, "web-3", parts["web-3"], building),
        _resource(CONFIGURATION, "web", _FLEET, {**BEGUN, "imageId": launched}),
    ]
    return Stack(resources, [{"resource": one, "type": "creating"} for one in creates], earlier)
