"""The read of a group that is to be taken over: what can't be carried is named, and its policy is known."""

from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from snapnames.aws.session import StackSession
from snapnames.aws.taken_group import TakenGroup, read_taken_group
from snapnames.testing.localaws.server import LocalAws

from tests.adoption.account import GROUP
from tests.adoption.templates import MIXED, seed_template

REQUIREMENTS = {"VCpuCount": {"Min": 2}, "MemoryMiB": {"Min": 4096}}


def _read(session: StackSession) -> TakenGroup:
    found = read_taken_group(session.ec2(), session.autoscaling(), GROUP)
    assert found is not None
    return found


def _with_overrides(autoscaling: AutoScalingClient, template: str, *overrides: dict[str, Any]) -> None:
    named = {"LaunchTemplateId": template, "Version": "$Latest"}
    policy: Any = {**MIXED, "LaunchTemplate": {"LaunchTemplateSpecification": named, "Overrides": [*overrides]}}
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, MixedInstancesPolicy=policy)


def test_an_override_with_a_template_of_its_own_can_t_be_carried(
    aws: LocalAws, autoscaling: AutoScalingClient, session: StackSession
) -> None:
    """Its instances would go on launching another image."""
    template = seed_template(aws, "$Latest", mixed=True)
    plain = _read(session)
    own = {"LaunchTemplateId": template, "Version": "1"}

    _with_overrides(autoscaling, template, {"InstanceType": "t4g.small", "LaunchTemplateSpecification": own})

    assert plain.lost == ()
    assert _read(session).lost == ("MixedInstancesPolicy.LaunchTemplate.Overrides.LaunchTemplateSpecification",)


def test_overrides_that_choose_types_by_their_attributes_are_carried(
    aws: LocalAws, autoscaling: AutoScalingClient, session: StackSession
) -> None:
    """They stand in the policy as Auto Scaling has them."""
    template = seed_template(aws, "$Latest", mixed=True)

    _with_overrides(autoscaling, template, {"InstanceRequirements": REQUIREMENTS})

    found = _read(session)
    assert found.lost == ()
    assert found.mixed is not None
    assert found.mixed["LaunchTemplate"]["Overrides"] == [{"InstanceRequirements": REQUIREMENTS}]


@pytest.mark.parametrize(("version", "kind"), [("1", "t3.nano"), ("$Default", "t3.nano"), ("$Latest", "t3.micro")])
def test_a_template_is_read_at_the_version_that_the_group_names(
    aws: LocalAws, session: StackSession, version: str, kind: str
) -> None:
    """By its number too."""
    seed_template(aws, version)

    assert _read(session).launches["InstanceType"] == kind


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150},) * 2,
        ({"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1}, {}),
    ],
)
def test_a_maintenance_policy_is_read_unless_it_was_taken_away(
    aws: LocalAws,
    autoscaling: AutoScalingClient,
    session: StackSession,
    given: dict[str, Any],
    read: dict[str, int],
) -> None:
    """-1 takes it away."""
    seed_template(aws, "$Latest")
    policy: Any = given
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, InstanceMaintenancePolicy=policy)

    assert _read(session).policy == read
