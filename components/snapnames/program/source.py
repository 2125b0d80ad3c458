"""The instance that the new release of the program is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi

from snapnames.errors import InputError
from snapnames.printable import beside_commands, shell_command
from snapnames.resources.stack_outputs import last_outputs
from snapnames.rules.groups import GROUP_OUTPUT
from snapnames.rules.source import FLEET, Candidate, SourceInstance, chosen, no_such_source

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import InstanceTypeDef

    from .account import Account


def find_source(  # noqa: PLR0913 -- by name
    source: str | Mapping[str, str],
    image_name: str,
    account: "Account",
    *,
    reboot: bool,
    adopted: str = "",
    live: str = "",
) -> SourceInstance:
    """The source instance.

    If `source` is an instance id, it is the one of this id. If `source` has tags, it is an instance with these tags
    that runs and is healthy (both status checks say `ok`), is in service in its group if it has one, and has run
    longest; first of those that run what their group launches now, or that are of no group and run no past release,
    and of these first one that runs the live release.
    `live`: the id of the live release's image, if there is one. If `source` is `fleet`, it is chosen in the same way
    of those that Auto Scaling has in service in the stack's own group, or in the group `adopted`, whatever their tags
    are.

    An id takes one read. The others take two or three, two more for each group, and one more for each further 100
    instances. Raises `InputError` if no instance matches, if AWS refuses a read, and if the instance would be rebooted
    while its group has it in service.
    """
    if source == FLEET:
        group = adopted or last_outputs().get(GROUP_OUTPUT, "")
        return _of_own_group(group, image_name, account, reboot=reboot)
    if isinstance(source, str):
        return _of_id(source, image_name, account, reboot=reboot)
    from snapnames.aws.session import reading  # noqa: PLC0415 -- loaded by now, since the account was read
    from snapnames.aws.source_instances import candidates, healthy_instances, running_instances  # noqa: PLC0415

    shown = repr(dict(source))
    with reading(f"the instances of snapnames:source {shown}"):
        running = running_instances(account.ec2, source)
        healthy = healthy_instances(account.ec2, running)
        found = candidates(account.ec2, account.session.autoscaling(), healthy)
    past = {image.image_id for image in account.built} - {live} if live else set()
    best = chosen(replace(one, past=not one.group and one.image_id in past, live=one.image_id == live) for one in found)
    if not running:
        raise InputError(
            f"snapnames:source {shown} matches no running instance in this account and region, and image "
            f"{image_name!r} is not built yet: start one, or set other tags or an instance id"
        )
    if best is None:
        ids = ", ".join(sorted(instance["InstanceId"] for instance in running))
        leaving = "which their group is launching, terminating or has in standby or in its warm pool"
        why = leaving if healthy else "of which no status checks pass"
        raise InputError(
            f"snapnames:source {shown} matches {ids}, {why}, and image {image_name!r} is not built yet: wait until one "
            "is in service, or set an instance id"
        )
    _say(image_name, best, account, f"chosen of {len(found)} healthy ({len(running)} running)", live)
    return _taken(best, running, reboot=reboot)


def _of_id(instance_id: str, image_name: str, account: "Account", *, reboot: bool) -> SourceInstance:
    from snapnames.aws.session import reading  # noqa: PLC0415
    from snapnames.aws.source_instances import candidates, instance_by_id, source_of  # noqa: PLC0415

    with reading(f"the instance {instance_id} of snapnames:source"):
        instance = instance_by_id(account.ec2, instance_id)
        if instance is None:
            raise no_such_source(instance_id, image_name)
        serving = candidates(account.ec2, account.session.autoscaling(), [instance]) if reboot else []
    for one in serving:
        refuse_reboot(one)
    return source_of(instance)


def _of_own_group(group: str, image_name: str, account: "Account", *, reboot: bool) -> SourceInstance:
    """An instance of the group."""
    from snapnames.aws.session import reading  # noqa: PLC0415
    from snapnames.aws.source_instances import candidates, healthy_instances, members_in_service  # noqa: PLC0415

    if not group:
        raise InputError(
            f"snapnames:source is {FLEET!r}, and this stack has no Auto Scaling group yet to make image "
            f"{image_name!r} of: give an instance id or tags for the first release, and {FLEET!r} afterwards"
        )
    with reading(f"the instances of the Auto Scaling group {group}"):
        serving = members_in_service(account.ec2, account.session.autoscaling(), group)
        healthy = healthy_instances(account.ec2, serving)
        found = candidates(account.ec2, account.session.autoscaling(), healthy)
    best = chosen(one for one in found if one.group == group)
    if best is None:
        raise InputError(
            f"the Auto Scaling group {group} has no instance in service of which both status checks pass, and image "
            f"{image_name!r} is not built yet: wait until one is in service, or give an instance id as snapnames:source"
        )
    _say(image_name, best, account, f"chosen of {len(found)} healthy in {group}")
    return _taken(best, serving, reboot=reboot)


def _taken(best: Candidate, instances: "Sequence[InstanceTypeDef]", *, reboot: bool) -> SourceInstance:
    from snapnames.aws.source_instances import source_of  # noqa: PLC0415

    if reboot:
        refuse_reboot(best)
    return next(source_of(one) for one in instances if one["InstanceId"] == best.instance_id)


def _say(image_name: str, best: Candidate, account: "Account", of: str, live: str = "") -> None:
    names = {image.image_id: image.name for image in account.built}
    runs = names.get(best.image_id, best.image_id)
    pulumi.log.info(
        f"source of image {image_name}: {best.instance_id}, running since {best.launched:%Y-%m-%d %H:%M} UTC, {of}; it "
        f"runs {runs}"
    )
    if best.current and best.group and live and not best.live:
        pulumi.log.warn(
            f"source of image {image_name}: {best.instance_id} of the group {best.group} runs {runs}, and "
            f"{names.get(live, live)} is live: check that snapnames:source names the instances that you mean"
        )
    if not best.current:
        now = f"its group {best.group} launches {names.get(best.launches, best.launches)}"
        pulumi.log.warn(
            f"source of image {image_name}: {best.instance_id} runs {runs}, and "
            f"{now if best.group else f'{names.get(live, live)} is live'}: the new image is made of what was released "
            "before"
        )


def refuse_reboot(found: Candidate) -> None:
    """Raise `InputError` for an instance that its group has in service."""
    instance_id = found.instance_id
    if found.group and found.in_service:
        standby = ("aws", "autoscaling", "enter-standby", "--instance-ids", instance_id)
        of_group = ("--auto-scaling-group-name", found.group, "--should-decrement-desired-capacity")
        raise InputError(
            f"snapnames:reboot is true, and {instance_id} serves in the Auto Scaling group "
            f"{beside_commands(found.group)}: a reboot would fail its health check, and the group may replace it "
            f"meanwhile. Put it into standby ({shell_command(*standby, *of_group)}), give its id as snapnames:source, "
            "and take it back afterwards; or leave snapnames:reboot out"
        )
