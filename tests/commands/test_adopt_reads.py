"""What `snapnames adopt` reads of an account before it writes anything."""

from dataclasses import replace

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.commands.adopt import Wanted, read_adoption
from snapnames.cli.errors import UsageError
from snapnames.testing.environment import REGION, aws_variables
from snapnames.testing.localaws.server import LocalAws

from tests.account import writes
from tests.taken_in.account import GROUP, Team, seed, seed_group

WANTED = Wanted(GROUP, REGION, "production", None, (), 2)


@pytest.fixture(autouse=True)
def here(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the environment lead to the local AWS."""
    aws.settings(pending_seconds=0)
    for name, value in aws_variables(aws.url).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def team(ec2: EC2Client, autoscaling: AutoScalingClient) -> Team:
    """Four old images, the second of which the group launches; and one of another service."""
    team = seed(ec2, 4)
    seed(ec2, 1, "db")
    seed_group(ec2, autoscaling, team.images["20180102120000"])
    return team


def test_the_newest_images_and_the_one_that_the_group_launches_are_found(aws: LocalAws, team: Team) -> None:
    """Nothing is written."""
    mark = aws.mark()

    found = read_adoption(WANTED)

    assert found.config()["snapnames:takenIn"] == {
        release: team.images[release] for release in ("20180104120000", "20180102120000")
    }
    assert found.live == "20180102120000"
    assert writes(aws, mark) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"group": "web-prd"}, f"there is no Auto Scaling group 'web-prd' in 123456789012 {REGION}, which has {GROUP}"),
        ({"keep": 0}, "--keep is 0; the image that the group launches is a release: give 1 or more"),
        ({"service": "shop"}, "the account has images of web (4), db (1): give one of these"),
    ],
)
def test_what_the_account_does_not_have_is_refused_with_what_it_has(
    team: Team, changed: dict[str, object], words: str
) -> None:
    """A name may be misspelt, and the region may be another."""
    assert team.images

    with pytest.raises(UsageError) as refused:
        read_adoption(replace(WANTED, **changed))  # type: ignore[arg-type] # by name

    assert words in str(refused.value)


def test_a_group_that_a_stack_has_made_is_refused(autoscaling: AutoScalingClient, team: Team) -> None:
    """Its releases are there."""
    assert team.images
    mark = {"Key": "snapnames:stack", "Value": "organization/web/prod", "ResourceId": GROUP}
    autoscaling.create_or_update_tags(
        Tags=[{**mark, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}]  # type: ignore[typeddict-item]
    )

    with pytest.raises(UsageError, match="the stack organization/web/prod made the group web-prod"):
        read_adoption(WANTED)


def test_images_that_can_t_be_releases_are_not_chosen(ec2: EC2Client, team: Team) -> None:
    """A copy, and one that another stack has taken in."""
    newest = team.images["20180104120000"]
    copy = ec2.copy_image(Name="web-20180105120000", SourceImageId=newest, SourceRegion=REGION)["ImageId"]
    ec2.create_tags(Resources=[newest], Tags=[{"Key": "snapnames:taken-in", "Value": "organization/shop/prod"}])

    found = read_adoption(WANTED)

    assert copy not in found.config()["snapnames:takenIn"].values()
    assert [*found.choice.images] == ["20180103120000", "20180102120000"]
