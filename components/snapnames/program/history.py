"""The history of the stack's fleet, carried from update to update as a stack output."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pulumi
from pulumi import Output

from snapnames.config.settings import Settings
from snapnames.errors import InputError
from snapnames.rules.history import FAILED, ROLLED_OUT, Entry, ended, entered, written
from snapnames.rules.releases import release_of
from snapnames.rules.rollouts import FleetStatus


def as_aws_tells(
    entries: Sequence[Entry], settings: Settings, group_name: str, fleet: Mapping[str, Any]
) -> list[Entry]:
    """The entries, with what has become of the rollout that was begun last: perhaps no update has waited for its end.

    An update that has timed out has recorded nothing, and its refresh went on. Reads nothing in a preview, nor for a
    fleet whose instances are not replaced, nor while the release stays that was waited for. What can't be read stays
    unknown. Call it before the group is declared: the update may give it other launch settings.
    """
    asked = not pulumi.runtime.is_dry_run() and group_name and entries and "instance_refresh" in fleet
    if not asked or (entries[-1].release == settings.live and entries[-1].outcome == ROLLED_OUT):
        return [*entries]
    # Only such an update needs boto3 here.
    from snapnames.aws.images import images_by  # noqa: PLC0415
    from snapnames.aws.rollouts import read_fleet  # noqa: PLC0415
    from snapnames.aws.session import program_session, reading  # noqa: PLC0415

    try:
        with reading(f"how the rollout ended that {group_name} had last"):
            session = program_session()
            status = read_fleet(session.ec2(), session.autoscaling(), group_name)
            found = images_by(session.ec2(), "image-id", [status.launches]) if status and status.launches else []
    except InputError as error:
        pulumi.log.warn(str(error))
        return [*entries]
    launched = next((release_of(settings.service, image.name) for image in found), None)
    return [*entries] if status is None or launched is None else told(entries, launched, status, settings.releases)


def told(entries: Sequence[Entry], launched: str, status: FleetStatus, listed: Sequence[str]) -> list[Entry]:
    """The entries once AWS has told how the newest rollout ended. `launched`: the release that the group launches."""
    good = status.rolled_out and status.in_service > 0
    if launched == entries[-1].release:
        return ended(entries, ROLLED_OUT if good else FAILED if status.failed else entries[-1].outcome)
    if good and launched in listed and status.settled is not None:
        return entered(entries, launched, ROLLED_OUT, status.settled, listed)
    return [*entries]


def recorded_history(
    entries: Sequence[Entry], live: str, listed: Sequence[str], rollout: "Output[str]"
) -> "Output[list[dict[str, str]]]":
    """The entries, and the release that this update has rolled out.

    An update whose rollout fails records nothing. In a preview it is what ran before.
    """

    def recorded(outcome: str) -> list[dict[str, str]]:
        if pulumi.runtime.is_dry_run():
            return written(entries)
        return written(entered(entries, live, outcome, datetime.now(UTC), listed))

    return rollout.apply(recorded)
