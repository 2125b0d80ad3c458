"""The one reader of fleets and Spot requests: what launches instances beside Auto Scaling groups."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from snapnames.rules.groups import Launch
from snapnames.rules.images import Use

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

EC2_FLEET, SPOT_FLEET, SPOT_REQUEST = "EC2 Fleet", "Spot Fleet request", "Spot request"

_LAUNCHING = ("submitted", "active", "modifying")
"""The states of a fleet that may launch further instances.

docs.aws.amazon.com/AWSEC2/latest/UserGuide/EC2-fleet-states.html; a Spot Fleet has the same.
"""

_PAGE = 1000
"""The most that each of these reads gives at once."""


@dataclass(frozen=True)
class Fleets:
    """What fleets and Spot requests launch."""

    launches: tuple[Launch, ...]
    """Versions of launch templates, also the latest and the default one."""

    uses: tuple[Use, ...]
    """Images, and snapshots in block device mappings, that stand in a fleet or in a request itself."""


def read_fleets(ec2: "EC2Client", template_ids: Mapping[str, str]) -> Fleets:
    """Read all that may launch further instances. `template_ids`: launch template name to id."""
    found = [*_ec2_fleets(ec2), *_spot_fleets(ec2), *_spot_requests(ec2)]
    launches = (_launch(one, template_ids) for _, _, parts in found for one in parts if _is_version(one))
    uses = (use for kind, name, parts in found for one in parts for use in _uses(kind, name, one))
    return Fleets(tuple(dict.fromkeys(launches)), tuple(dict.fromkeys(uses)))


_Found = tuple[str, str, list[Mapping[str, Any]]]
"""The kind and the id of what launches, and the specifications that it has."""


def _ec2_fleets(ec2: "EC2Client") -> Iterator[_Found]:
    for page in ec2.get_paginator("describe_fleets").paginate(PaginationConfig={"PageSize": _PAGE}):
        for fleet in page["Fleets"]:
            if fleet["FleetState"] in _LAUNCHING:
                configs = fleet.get("LaunchTemplateConfigs", [])
                yield EC2_FLEET, fleet["FleetId"], list(_of_configs(configs))


def _spot_fleets(ec2: "EC2Client") -> Iterator[_Found]:
    for page in ec2.get_paginator("describe_spot_fleet_requests").paginate(PaginationConfig={"PageSize": _PAGE}):
        for fleet in page["SpotFleetRequestConfigs"]:
            if fleet["SpotFleetRequestState"] in _LAUNCHING:
                config = fleet["SpotFleetRequestConfig"]
                parts = [*config.get("LaunchSpecifications", []), *_of_configs(config.get("LaunchTemplateConfigs", []))]
                yield SPOT_FLEET, fleet["SpotFleetRequestId"], parts


def _spot_requests(ec2: "EC2Client") -> Iterator[_Found]:
    """Requests that wait for their instance, and persistent ones, which launch another when it is interrupted.

    docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-request-status.html
    """
    pages = ec2.get_paginator("describe_spot_instance_requests").paginate(
        Filters=[{"Name": "state", "Values": ["open", "active", "disabled"]}], PaginationConfig={"PageSize": _PAGE}
    )
    for page in pages:
        for request in page["SpotInstanceRequests"]:
            if request["State"] == "open" or request.get("Type") == "persistent":
                yield SPOT_REQUEST, request["SpotInstanceRequestId"], [request.get("LaunchSpecification", {})]


def _of_configs(configs: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The launch template of each config, and its overrides, of which some name an image."""
    for config in configs:
        yield config.get("LaunchTemplateSpecification", {})
        yield from config.get("Overrides", [])


def _is_version(one: Mapping[str, Any]) -> bool:
    return "LaunchTemplateId" in one or "LaunchTemplateName" in one


def _launch(one: Mapping[str, Any], template_ids: Mapping[str, str]) -> Launch:
    """The version that a specification names; without one it is the default."""
    template_id = one.get("LaunchTemplateId") or template_ids.get(one.get("LaunchTemplateName", ""), "")
    return Launch(template=template_id, version=one.get("Version", "") or "$Default")


def _uses(kind: str, name: str, one: Mapping[str, Any]) -> Iterator[Use]:
    mapped = (mapping.get("Ebs", {}).get("SnapshotId", "") for mapping in one.get("BlockDeviceMappings", []))
    for found_id in (one.get("ImageId", ""), *mapped):
        if found_id:
            yield Use(found_id, kind, name, name)
