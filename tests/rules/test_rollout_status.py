"""How far a fleet is, as its group and its instances tell."""

from datetime import UTC, datetime

from snapnames.rules.groups import Group, Launch, Member
from snapnames.rules.rollouts import FleetStatus, Refresh

MADE = datetime(2018, 3, 7, tzinfo=UTC)


def member(number: int, weight: int, lifecycle: str = "InService") -> Member:
    """An instance of that weight."""
    return Member(f"i-{number}", lifecycle, "Healthy", protected=False, launch=Launch("web"), weight=weight)


def test_an_instance_of_a_mixed_group_counts_as_much_as_its_weight() -> None:
    """A desired capacity of six is three instances of weight two, or two of weight three."""
    group = Group("web", MADE, members=(member(1, 2), member(2, 2), member(3, 2)), desired=6)
    lacking = Group("web", MADE, members=(member(1, 2), member(2, 2), member(3, 2, "Pending")), desired=6)

    whole = FleetStatus(group, "ami-2", None, {"ami-2": 3})
    part = FleetStatus(lacking, "ami-2", None, {"ami-2": 2})

    assert (whole.rolled_out, whole.wanted) == (True, 3)
    assert whole.saying({}) == "new launches use ami-2; 3 of 3 instances run ami-2"
    assert not part.rolled_out


def test_instances_of_a_warm_pool_are_said_to_come_before_a_new_launch_until_a_refresh_has_replaced_them() -> None:
    """A scale-out takes them as they are.

    docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html
    """
    group = Group("web", MADE, members=(member(1, 1),), desired=1, pooled=2)
    replaced = Refresh("r-1", "Successful", MADE)

    said = FleetStatus(group, "ami-2", None, {"ami-1": 1}).saying({})

    assert said == (
        "new launches use ami-2, behind 2 instances of the warm pool that may run another image; "
        "1 of 1 instance runs ami-1"
    )
    assert "warm pool" not in FleetStatus(group, "ami-2", None, {"ami-2": 1}, replaced).saying({})
