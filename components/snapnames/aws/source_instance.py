"""Finds the running instance that a release is made from."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pulumi

from snapnames.errors import InputError
from snapnames.rules.limits import STATUS_IDS, chunks

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef, InstanceTypeDef


def find_source(source: str | Mapping[str, str], image_name: str) -> str:
    """The id of the source instance.

    If `source` is an instance id, this is the id. If `source` has tags, this is the instance with these tags that has
    run longest, of those that run and are healthy (both status checks say `ok`). This takes two reads, and one more for
    each further 100 running instances. Raises `InputError` if no instance matches, or if AWS refuses a read.
    """
    if isinstance(source, str):
        return source
    # Only a build needs boto3, which takes longer to import than a preview without changes takes in all.
    from snapnames.aws.session import StackSession, reading  # noqa: PLC0415

    with reading(f"the instances of snapnames:source {dict(source)!r}"):
        client = StackSession().ec2()
        running = _running(client, source)
        healthy = _healthy(client, running)
    if not running:
        raise InputError(
            f"snapnames:source {dict(source)!r} matches no running instance in this account and region, and image "
            f"{image_name!r} is not built yet: start one, or set other tags or an instance id"
        )
    if not healthy:
        ids = ", ".join(sorted(instance["InstanceId"] for instance in running))
        raise InputError(
            f"snapnames:source {dict(source)!r} matches {ids}, of which no status checks pass, and image "
            f"{image_name!r} is not built yet: wait until they do, or set an instance id"
        )
    chosen = min(healthy, key=lambda instance: (instance["LaunchTime"], instance["InstanceId"]))
    pulumi.log.info(
        f"source of image {image_name}: {chosen['InstanceId']}, running since {chosen['LaunchTime']:%Y-%m-%d %H:%M} "
        f"UTC, the longest of {len(healthy)} healthy ({len(running)} running)"
    )
    return chosen["InstanceId"]


def _running(client: "EC2Client", tags: Mapping[str, str]) -> list["InstanceTypeDef"]:
    filters: list[FilterTypeDef] = [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]
    filters.append({"Name": "instance-state-name", "Values": ["running"]})
    pages = client.get_paginator("describe_instances").paginate(Filters=filters)
    return [instance for page in pages for group in page["Reservations"] for instance in group["Instances"]]


def _healthy(client: "EC2Client", instances: list["InstanceTypeDef"]) -> list["InstanceTypeDef"]:
    """The instances whose system status check and instance status check both say `ok`."""
    paginator = client.get_paginator("describe_instance_status")
    ids = [instance["InstanceId"] for instance in instances]
    ok = {
        status["InstanceId"]
        for chunk in chunks(ids, STATUS_IDS)
        for page in paginator.paginate(InstanceIds=chunk)
        for status in page["InstanceStatuses"]
        if status["InstanceStatus"]["Status"] == status["SystemStatus"]["Status"] == "ok"
    }
    return [instance for instance in instances if instance["InstanceId"] in ok]
