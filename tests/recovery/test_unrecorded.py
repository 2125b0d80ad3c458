"""Which parts of a fleet that AWS has are taken for this stack's, though its state has never heard of them."""

from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.recovery.made import Made
from snapnames.cli.recovery.unrecorded import Unrecorded, unrecorded
from snapnames.cli.state.repair import Settled
from snapnames.rules.resource_types import CONFIGURATION, FLEET, GROUP, IMAGE, TEMPLATE
from snapnames.testing.localaws.server import REGION, LocalAws

from tests.account import launch

STACK, OTHER = "organization/web/test", "organization/web/other"
BEFORE = "urn:pulumi:test::web::"
ROOT, PROVIDER = f"{BEFORE}pulumi:pulumi:Stack::web-test", f"{BEFORE}pulumi:providers:aws::default"
OTHER_PROVIDER = f"{BEFORE}pulumi:providers:aws::tokyo::2"
WEB = f"{BEFORE}{FLEET}::web"
NAME = "web-0a1b2c3"
"""As Pulumi names a part of the fleet `web`."""


@pytest.fixture
def image_id(ec2: EC2Client) -> str:
    """The image that the state has."""
    return ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)["ImageId"]


def fleet(name: str = "web") -> dict[str, Any]:
    """A fleet of the state."""
    return {"urn": f"{BEFORE}{FLEET}::{name}", "type": FLEET, "parent": ROOT}


def part(kind: str, resource_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a resource
    """A part of the fleet `web` that the state has."""
    found = {"urn": f"{BEFORE}{FLEET}${kind}::web", "type": kind, "id": resource_id, "parent": WEB}
    return {**found, "inputs": {"name": resource_id}, **more}


def state(image_id: str, *more: dict[str, Any], pending: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """A state with the image, the fleet and these."""
    return {
        "resources": [
            {"urn": ROOT, "custom": False, "type": "pulumi:pulumi:Stack"},
            {"urn": PROVIDER, "custom": True, "id": "1", "type": "pulumi:providers:aws"},
            {
                "urn": f"{BEFORE}{IMAGE}::web-1",
                "type": IMAGE,
                "id": image_id,
                "inputs": {"name": "web-1"},
                "provider": OTHER_PROVIDER,
            },
            fleet(),
            *more,
        ],
        "pending_operations": [{"type": "creating", "resource": one} for one in pending],
    }


def configure(autoscaling: AutoScalingClient, image_id: str, name: str = NAME) -> None:
    """Make a launch configuration."""
    autoscaling.create_launch_configuration(LaunchConfigurationName=name, ImageId=image_id, InstanceType="t3.micro")


def group(autoscaling: AutoScalingClient, name: str = NAME, stack: str = STACK, configuration: str = NAME) -> None:
    """Make an Auto Scaling group that launches from it."""
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchConfigurationName=configuration,
        MinSize=0,
        MaxSize=0,
        AvailabilityZones=[f"{REGION}a"],
        Tags=[{"Key": "snapnames:stack", "Value": stack, "PropagateAtLaunch": True}],
    )


def kinds(found: Unrecorded) -> list[tuple[str, str]]:
    """Of each the kind and the id."""
    return [
        *((CONFIGURATION, name) for name in found.configurations),
        *((GROUP, name) for name in found.groups),
    ]


def test_a_group_that_aws_made_of_a_fleet_is_given_as_a_create_of_it(
    made: Made, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """Just as the pending create that the engine did not keep, with what AWS says of it. Of a configuration, a name."""
    configure(autoscaling, image_id)
    group(autoscaling)
    (there,) = made.groups(STACK)

    found = unrecorded(state(image_id), made, STACK)

    create = {
        "urn": f"{BEFORE}{FLEET}${GROUP}::web",
        "custom": True,
        "type": GROUP,
        "inputs": {"name": NAME, "__defaults": ["name"]},
        "parent": WEB,
        "provider": f"{PROVIDER}::1",
    }
    assert found == Unrecorded((NAME,), {NAME: (there, Settled(create, NAME, there.created))})


def test_a_group_has_the_provider_of_the_other_parts_of_its_fleet(
    made: Made, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """The default one is not that of a fleet in another region. A part without a provider says nothing."""
    configure(autoscaling, image_id)
    group(autoscaling)
    there = part(CONFIGURATION, "web-fffffff", provider=OTHER_PROVIDER)

    found = unrecorded(state(image_id, part("x", "y"), there), made, STACK)

    assert [one.resource["provider"] for _, one in found.groups.values()] == [OTHER_PROVIDER]


@pytest.mark.parametrize(
    "name",
    ["web", "web-by-hand", "web-0a1b2c", "web-0a1b2c34", "web-0A1B2C3", "web0a1b2c3", "my-web-0a1b2c3", "db-0a1b2c3"],
)
def test_a_name_that_pulumi_did_not_generate_for_the_fleet_is_somebody_else_s(
    made: Made, autoscaling: AutoScalingClient, image_id: str, name: str
) -> None:
    """Seven hexadecimal digits behind the fleet's own name, and nothing else."""
    configure(autoscaling, image_id, name)
    group(autoscaling, name, configuration=name)

    assert kinds(unrecorded(state(image_id), made, STACK)) == []


def test_a_launch_configuration_of_an_image_that_the_state_does_not_have_is_somebody_else_s(
    made: Made, ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """It has no tag that would say whose it is."""
    other = ec2.create_image(InstanceId=launch(ec2), Name="other", NoReboot=True)["ImageId"]
    configure(autoscaling, other)

    assert kinds(unrecorded(state(image_id), made, STACK)) == []


@pytest.mark.parametrize("stack", [OTHER, ""])
def test_a_group_that_does_not_bear_this_stack_s_tag_is_somebody_else_s(
    made: Made, autoscaling: AutoScalingClient, image_id: str, stack: str
) -> None:
    """Another stack's, or nobody's."""
    configure(autoscaling, image_id)
    group(autoscaling, stack=stack)

    assert kinds(unrecorded(state(image_id), made, STACK)) == [(CONFIGURATION, NAME)]


def test_of_two_groups_only_a_person_knows_which_is_meant(
    made: Made, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """Both are given, and so are both launch configurations."""
    names = (NAME, "web-0000000")
    for name in names:
        configure(autoscaling, image_id, name)
        group(autoscaling, name)

    found = unrecorded(state(image_id), made, STACK)

    assert sorted(kinds(found)) == sorted((kind, name) for kind in (CONFIGURATION, GROUP) for name in names)


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (part(GROUP, "web-fffffff"), [CONFIGURATION]),
        (part(GROUP, "web-fffffff", delete=True), [CONFIGURATION, GROUP]),
        (part(GROUP, "web-fffffff", parent=f"{WEB}-2"), [CONFIGURATION, GROUP]),
        (part(TEMPLATE, "lt-1"), [GROUP]),
        (part(TEMPLATE, "lt-1", delete=True), [CONFIGURATION, GROUP]),
        (part(CONFIGURATION, "web-fffffff"), [CONFIGURATION, GROUP]),
        (part(CONFIGURATION, NAME), []),
        (part(GROUP, NAME), []),
    ],
)
def test_what_the_state_has_of_the_fleet_is_not_looked_for(
    made: Made, autoscaling: AutoScalingClient, image_id: str, there: dict[str, Any], found: list[str]
) -> None:
    """A fleet of a launch template has no launch configuration; a new one of the next release is looked for.

    Both are known by their names: what the state has by that name is not taken in again.
    """
    configure(autoscaling, image_id)
    group(autoscaling)

    assert [kind for kind, _ in kinds(unrecorded(state(image_id, there), made, STACK))] == found


def test_what_an_update_was_making_is_no_second_create(
    made: Made, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """The state has the name of it. A group is this create only if AWS has it as it was wanted: then it is settled."""
    configure(autoscaling, image_id)
    group(autoscaling)
    pending = {"urn": WEB, "type": CONFIGURATION, "inputs": {"name": NAME}}

    deployment = state(image_id, pending=(pending, {**pending, "type": GROUP}))

    assert kinds(unrecorded(deployment, made, STACK, [NAME])) == []
    assert kinds(unrecorded(deployment, made, STACK)) == [(GROUP, NAME)]


def test_each_fleet_gets_its_own_parts(made: Made, autoscaling: AutoScalingClient, image_id: str) -> None:
    """By the name that they begin with."""
    for name in (NAME, "web-2-0a1b2c3"):
        configure(autoscaling, image_id, name)
        group(autoscaling, name, configuration=name)

    found = unrecorded(state(image_id, fleet("web-2")), made, STACK)

    assert {(one.resource["parent"], one.resource_id) for _, one in found.groups.values()} == {
        (WEB, NAME),
        (f"{WEB}-2", "web-2-0a1b2c3"),
    }


def test_without_a_fleet_nothing_is_asked(made: Made, aws: LocalAws) -> None:
    """Most stacks of owned images have none."""
    mark = aws.mark()

    assert kinds(unrecorded({"resources": []}, made, STACK)) == []
    assert aws.calls(mark) == []
