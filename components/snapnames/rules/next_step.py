"""What comes next for a fleet whose instances do not all run what it launches, in words.

Each text follows a sentence on what the fleet launches and runs, and says only what AWS has said.
"""

from snapnames.printable import shell_command

from .rollouts import SUCCESSFUL, FleetStatus, Refresh

_START = ("aws", "autoscaling", "start-instance-refresh", "--auto-scaling-group-name")


def next_step(status: FleetStatus, *, rolls: bool) -> str:
    """The sentence, with the full stop before it; empty for a fleet that is where it should be.

    `rolls`: whether an update of the fleet replaces its instances.
    """
    refresh = status.refresh
    if refresh is not None and refresh.going_on:
        return f". The instance refresh is {refresh}, and goes on: `snapnames releases` shows what runs by then"
    if status.rolled_out:
        return ""
    if not status.others:
        return f". Auto Scaling has not brought all of them into service: {status.in_service} of {status.wanted}"
    if refresh is not None:
        return f". {left_over(status, refresh)}"
    if rolls:
        return ". Auto Scaling knows no instance refresh of these launch settings: `pulumi up` starts one"
    start = shell_command(*_START, status.group.name)
    return f". To replace the instances that run, set snapnames:fleet.instanceRefresh, or run {start}"


def left_over(status: FleetStatus, refresh: Refresh) -> str:
    """Why instances run something else though an instance refresh has ended, and how to replace them."""
    if refresh.status != SUCCESSFUL:
        return f"The instance refresh ended as {refresh}"
    start = [*_START, status.group.name, "--preferences", "SkipMatching=true"]
    if not status.protected:
        return f"The instance refresh has ended as {refresh}, and has left these. To replace them, run " + (
            shell_command(*start)
        )
    start[-1] += ",ScaleInProtectedInstances=Refresh"
    many = "instance is" if status.protected == 1 else "instances are"
    return (
        f"The instance refresh has ended as {refresh}, and {status.protected} {many} left that Auto Scaling protects "
        f"from scale-in. To replace them too, run {shell_command(*start)}; for later releases, set "
        "fleet.instanceRefresh.scaleInProtectedInstances to Refresh"
    )
