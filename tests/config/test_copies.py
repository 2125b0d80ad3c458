"""`snapnames:copies` of the config: the regions that every release is copied to."""

import pytest
from snapnames.config.settings import read_settings
from snapnames.errors import InputError
from snapnames.rules.copies import CopySettings

from .readings import GOOD, faults, read

WEST_KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
HOME = {"aws:region": "ap-northeast-2"}


def copies(given: object) -> list[str]:
    """The faults of a config that is good but for its copies."""
    return faults({**GOOD, **HOME, "copies": given})


def test_each_region_may_have_a_key_of_its_own() -> None:
    """A region without a key has an empty map."""
    given = {"us-west-2": {"kmsKeyId": WEST_KEY}, "eu-west-1": {}}

    assert read({**GOOD, **HOME, "copies": given}).copies == {
        "us-west-2": CopySettings(WEST_KEY),
        "eu-west-1": CopySettings(),
    }
    assert read(GOOD).copies == {}


def test_a_key_may_be_given_by_its_alias_and_in_any_partition() -> None:
    """EC2 takes the ARN of either."""
    alias = "arn:aws-us-gov:kms:us-gov-east-1:111122223333:alias/images"

    given = {**GOOD, "aws:region": "us-gov-west-1", "copies": {"us-gov-east-1": {"kmsKeyId": alias}}}

    assert faults(given) == []


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (
            ["us-west-2"],
            (
                "snapnames:copies is ['us-west-2']; it is a map from a region to its settings, which may be empty: "
                "write it as {us-west-2: {}}"
            ),
        ),
        (
            {"us-west": {}},
            (
                "snapnames:copies has 'us-west', which does not look like a region; a region is called as us-west-2 "
                "is: write it so"
            ),
        ),
        (
            {"us-west-2\x1b": {}},
            (
                r"snapnames:copies has 'us-west-2\x1b', which does not look like a region; a region is called as "
                "us-west-2 is: write it so"
            ),
        ),
        (
            {"ap-northeast-2": {}},
            (
                "snapnames:copies has 'ap-northeast-2', the region of the stack (aws:region), where the images "
                "themselves are: take it out"
            ),
        ),
        (
            {"us-west-2": True},
            "snapnames:copies.us-west-2 is True; it is a map with the key kmsKeyId, or {}: write one of these",
        ),
        (
            {"us-west-2": {"kmsKeyID": WEST_KEY}},
            (
                "snapnames:copies.us-west-2.kmsKeyID is not a key that snapnames knows; the nearest is "
                "snapnames:copies.us-west-2.kmsKeyId: rename it, or remove it"
            ),
        ),
        (
            {"us-west-2": {"kmsKeyId": "alias/images"}},
            (
                "snapnames:copies.us-west-2.kmsKeyId is 'alias/images'; it is the ARN of a KMS key or of its alias, as "
                "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab: write it so"
            ),
        ),
        (
            {"eu-west-1": {"kmsKeyId": WEST_KEY}},
            (
                f"snapnames:copies.eu-west-1.kmsKeyId is a key of us-west-2 ({WEST_KEY!r}); EC2 encrypts a copy with a "
                "key of the copy's own region: give a key of eu-west-1"
            ),
        ),
        (
            {"us-west-2": {"kmsKeyId": 7}},
            (
                "snapnames:copies.us-west-2.kmsKeyId is 7; it wants text: write it so, numbers and dates in quotes "
                "where text is wanted"
            ),
        ),
    ],
)
def test_a_fault_of_the_copies_is_told_by_config_alone(given: object, fault: str) -> None:
    """Before anything is registered or read."""
    assert copies(given) == [fault]


def test_all_faults_of_the_copies_are_told_together() -> None:
    """One for each region."""
    assert len(copies({"us-west": {}, "ap-northeast-2": {}, "eu-west-1": {"kmsKeyId": WEST_KEY}})) == 3


def test_a_region_that_is_listed_twice_is_a_fault() -> None:
    """As a text in JSON can say it: the last one would count, and nobody has chosen it."""
    said = copies(f'{{"us-west-2": {{}}, "us-west-2": {{"kmsKeyId": "{WEST_KEY}"}}}}')

    assert said == ["snapnames:copies has 'us-west-2' 2 times; a region has one copy of a release: list it once"]


def test_the_home_region_is_the_one_of_the_environment_where_the_config_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As for the provider."""
    monkeypatch.setenv("AWS_REGION", "us-west-2")

    said = faults({**GOOD, "copies": {"us-west-2": {}}})

    assert [line.partition(",")[0] for line in said] == ["snapnames:copies has 'us-west-2'"]


def test_a_service_of_a_program_of_ones_own_has_its_copies_under_its_name() -> None:
    """And its faults name that key."""
    config = {"front:source": "i-0123456789abcdef0", "front:copies": '{"us-west": {}}'}

    with pytest.raises(InputError, match=r"^front:copies has 'us-west', which"):
        read_settings(config, "front")


@pytest.mark.parametrize(
    ("home", "region", "partitions"),
    [
        ("us-east-1", "us-gov-west-1", ("aws", "aws-us-gov")),
        ("us-gov-west-1", "us-east-1", ("aws-us-gov", "aws")),
        ("eu-central-1", "cn-north-1", ("aws", "aws-cn")),
        ("eu-central-1", "eusc-de-east-1", ("aws", "aws-eusc")),
    ],
)
def test_a_region_of_another_partition_is_a_fault(home: str, region: str, partitions: tuple[str, str]) -> None:
    """EC2 would refuse the copy after the rollout: CopyImage stays within a partition."""
    own, other = partitions

    assert faults({**GOOD, "aws:region": home, "copies": {region: {}}}) == [
        (
            f"snapnames:copies has {region!r}, a region of the partition {other}; the stack is in {home}, of the "
            f"partition {own}, and EC2 copies no image from one partition to another: take it out, and deploy a stack "
            "of its own there"
        )
    ]


@pytest.mark.parametrize("home", ["us-gov-east-1", "cn-northwest-1", "eusc-de-east-1", "us-isob-east-1"])
def test_a_region_of_the_same_partition_is_taken(home: str) -> None:
    """In each of them there is more than one, or will be."""
    other = home.replace("-1", "-2")

    assert faults({**GOOD, "aws:region": home, "copies": {other: {}}}) == []


def test_a_key_of_another_partition_is_a_fault() -> None:
    """As after a copy of the config of a stack elsewhere."""
    key = "arn:aws:kms:us-gov-west-1:111122223333:alias/images"

    [said] = faults({**GOOD, "aws:region": "us-gov-east-1", "copies": {"us-gov-west-1": {"kmsKeyId": key}}})

    assert said.startswith(f"snapnames:copies.us-gov-west-1.kmsKeyId is {key!r}, of the partition aws; ")
    assert said.endswith("give an ARN that begins with arn:aws-us-gov:")
