"""What somebody has set on a group, or begun with it, that comes in the way of a rollout: told before it, in words.

docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html has what suspended processes do.
"""

from snapnames.printable import shell_command

from .groups import Group
from .rollouts import FleetStatus

_HOLD = ("InstanceRefresh", "Launch", "Terminate")
_FEED = "AddToLoadBalancer"
_CHECK = "HealthCheck"


def standing_still(group: Group) -> str:
    """Why an instance refresh of the group stands still, and how to let it go on; empty if nothing holds it."""
    held = [process for process in _HOLD if process in group.suspended]
    if not held:
        return ""
    return f"{_suspended(group, held)}: an instance refresh stands still until you run {_resume(group, held)}"


def unfed(group: Group) -> str:
    """Why replaced instances would get no requests, and how to mend it; empty if they get them."""
    if not group.fed or _FEED not in group.suspended:
        return ""
    return (
        f"{_suspended(group, [_FEED])}: instances that are launched now are never added to the load balancer, so a "
        f"rollout would leave it without any. Run {_resume(group, [_FEED])}"
    )


def in_its_turn(status: FleetStatus) -> str:
    """Why Auto Scaling takes no other launch settings just now, and what to do; empty if it takes them.

    docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
    """
    refresh, name = status.refresh, status.group.name
    if refresh is None or not refresh.going_on or not refresh.brings:
        return ""
    cancel = ("aws", "autoscaling", "cancel-instance-refresh", "--auto-scaling-group-name", name)
    return (
        f"an instance refresh of {name} goes on, {refresh}, that somebody has started with launch settings of its own: "
        f"Auto Scaling takes no others until it has ended. Wait for that, or run {shell_command(*cancel)}"
    )


def hindrances(status: FleetStatus, *, moves: bool) -> list[str]:
    """What a person should know before instances are replaced, a sentence each.

    `moves`: whether the group gets other launch settings. Then the aws provider cancels a refresh that goes on.
    """
    group, found = status.group, []
    if moves and status.refresh is not None and status.refresh.going_on:
        goes_on = f"an instance refresh of {group.name} goes on, {status.refresh}"
        found.append(f"{goes_on}: the update cancels it unless it ends before")
    if still := standing_still(group):
        found.append(still)
    if _CHECK in group.suspended:
        found.append(
            f"{_suspended(group, [_CHECK])}: Auto Scaling finds no instance unhealthy, so a bad release counts as "
            f"rolled out too. To let it check them again, run {_resume(group, [_CHECK])}"
        )
    return found


def _suspended(group: Group, processes: list[str]) -> str:
    return f"{' and '.join(processes)} {'is' if len(processes) == 1 else 'are'} suspended in {group.name}"


def _resume(group: Group, processes: list[str]) -> str:
    resume = ("aws", "autoscaling", "resume-processes", "--auto-scaling-group-name", group.name)
    return shell_command(*resume, "--scaling-processes", *processes)
