"""What is said of a fleet when a command has ended."""

from datetime import UTC, datetime

import pytest
from snapnames.cli.commands.standing import Standing
from snapnames.rules.groups import Group
from snapnames.rules.rollouts import FleetStatus

LIVE = "web-2 is live: 4 of 4 instances run it"
DOUBT = " (by EC2's status checks alone; set snapnames:fleet.healthCheck to ELB to ask the load balancer)"


@pytest.mark.parametrize(
    ("check", "fed", "said"),
    [("EC2", True, LIVE + DOUBT), ("ELB", True, LIVE), ("EC2", False, LIVE), ("ELB", False, LIVE)],
)
def test_behind_a_load_balancer_it_is_said_when_only_the_status_of_instances_was_checked(
    check: str, said: str, *, fed: bool
) -> None:
    """An instance that runs and answers no request passes the checks of EC2."""
    group = Group("web", datetime(2018, 3, 7, tzinfo=UTC), desired=4, health_check=check, fed=fed)
    standing = Standing(FleetStatus(group, "ami-2", None, {"ami-2": 4}), {"ami-2": "web-2"})

    assert standing.outcome("web-2") == said
