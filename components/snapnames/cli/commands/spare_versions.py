"""The versions of the stack's own launch template that launch an image which a drop has just deleted."""

from collections.abc import Collection

from snapnames.aws.session import REFUSALS
from snapnames.aws.template_versions import delete_versions, pinned_versions, versions_with
from snapnames.cli.commands.session import Session
from snapnames.cli.state.exported import Exported
from snapnames.printable import shell_command
from snapnames.rules.template_versions import spare_versions


def delete_spare_versions(session: Session, gone: Collection[str]) -> None:
    """Delete the versions that launch an image of `gone`, by id: RunInstances would fail with each of them.

    The default version, the latest one, and those that a group launches from stay. What AWS refuses is a warning: such
    a version holds up nothing.
    """
    if gone:
        for template_id in Exported(session.stack.state()["deployment"]).fleet_templates:
            _delete_of(session, template_id, gone)


def _delete_of(session: Session, template_id: str, gone: Collection[str]) -> None:
    aws, say, spare = session.account.session, session.display.say, list[int]()
    try:
        found = versions_with(aws.ec2(), template_id, gone)
        pinned = pinned_versions(aws.autoscaling(), template_id) if found else set()
        spare = [one.number for one in spare_versions(found, gone, pinned)]
        refused = delete_versions(aws.ec2(), template_id, spare)
    except REFUSALS as error:
        numbers = [str(number) for number in spare]
        later = ["aws", "ec2", "delete-launch-template-versions", "--launch-template-id", template_id, "--versions"]
        way = f". When it is allowed, run {shell_command(*later, *numbers)}" if spare else ""
        say(f"warning: launch template {template_id} keeps its versions that launch a dropped image: {error}{way}")
        return
    for number, why in refused.items():
        say(f"warning: launch template {template_id} keeps version {number}, which launches a dropped image: {why}")
    deleted = ", ".join(str(number) for number in spare if number not in refused)
    if deleted:
        done = f"deleted version {deleted} of launch template {template_id}: its image is dropped"
        say(f"[{session.display.elapsed}] {done}")
