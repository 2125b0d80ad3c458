"""Targets, shards, and what tells one list from another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snapnames.errors import InputError
from snapnames.rules.target_checks import check_region, check_role
from snapnames.rules.targets import Account, Shard, Share, Target, ordered, twice

ONE, TWO = "111122223333", "222233334444"
TARGETS = st.lists(
    st.builds(Target, st.sampled_from([ONE, TWO]), st.sampled_from(["eu-west-1", "eu-west-2", "us-east-1"])),
    unique_by=lambda one: one.name,
)


@given(TARGETS, st.integers(1, 8))
def test_shards_have_each_target_once_in_parts_of_nearly_the_same_size(targets: list[Target], count: int) -> None:
    """None is lost, whatever the number of shards is."""
    parts = [Shard(index, count).part(targets) for index in range(1, count + 1)]

    assert [one for part in parts for one in part] == ordered(targets)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(TARGETS, st.randoms())
def test_the_order_in_the_file_changes_neither_shards_nor_fingerprint(targets: list[Target], chance: object) -> None:
    """So two machines that read the list in another order share the work all the same."""
    mixed = [*targets]
    chance.shuffle(mixed)  # type: ignore[attr-defined] # of random.Random

    assert Shard(1, 3).part(mixed) == Shard(1, 3).part(targets)
    assert Share.of(mixed) == Share.of(targets)


def test_lists_with_other_places_have_another_fingerprint() -> None:
    """The config of a target does not matter for it."""
    here, there = Target(ONE, "eu-west-1"), Target(ONE, "eu-west-2")

    assert Share.of([here]).fingerprint != Share.of([there]).fingerprint
    assert Share.of([here]) == Share.of([Target(ONE, "eu-west-1", config={"snapnames:namePattern": "{image}"})])


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "1/0", "a/b", "-1/4", "1/4/2", "", "\u0661/\u0664"])
def test_what_is_no_shard_is_refused_with_an_example(text: str) -> None:
    """A shard is counted from 1."""
    with pytest.raises(InputError, match="it is I/N, the part I of N equal parts, counted from 1: give for example"):
        Shard.of(text)


@pytest.mark.parametrize("document", [None, {}, {"fingerprint": "e3", "targets": 2, "shard": "3/2"}, {"targets": 2}])
def test_what_is_no_share_is_none(document: object) -> None:
    """JSON of something else."""
    assert Share.read(document) is None


def test_a_target_has_the_config_that_leads_there_and_its_own() -> None:
    """With the external id that the role wants, and an account that is checked."""
    role = f"arn:aws:iam::{ONE}:role/names"
    target = Target(ONE, "eu-west-1", role, "secret-word", {"snapnames:ownedImages": "true", "aws:maxRetries": "3"})

    assert target.stack_config == {
        "snapnames:ownedImages": "true",
        "aws:maxRetries": "3",
        "aws:region": "eu-west-1",
        "aws:allowedAccountIds": f'["{ONE}"]',
        "aws:assumeRoles": f'[{{"roleArn": "{role}", "sessionName": "snapnames", "externalId": "secret-word"}}]',
    }


def test_an_account_whose_regions_are_not_known_is_one_target_with_the_reason() -> None:
    """It is not left out of the list."""
    [target] = Account(ONE).targets(problem="denied")

    assert (target.place, target.name, target.problem) == (ONE, ONE, "denied")
    assert [one.region for one in Account(ONE).targets(["eu-west-1", "eu-west-2"])] == ["eu-west-1", "eu-west-2"]


def test_a_place_that_is_there_twice_is_found() -> None:
    """Whatever its role is."""
    assert twice([Target(ONE, "eu-west-1"), Target(TWO, "eu-west-1")]) == []
    assert twice([Target(ONE, "eu-west-1"), Target(ONE, "eu-west-1", "x")]) == [Target(ONE, "eu-west-1", "x")]


@pytest.mark.parametrize("region", ["", "us", "eu-west", "eu-west-1/../", "EU-WEST-1", "eu_west_1", "eu-west-1\n"])
def test_what_no_region_is_called_is_refused(region: str) -> None:
    """It becomes part of a host's name."""
    with pytest.raises(InputError, match="the name of a region is as eu-west-1"):
        check_region(region, "regions")


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "cn-northwest-1", "ap-southeast-7", "us-isob-east-1"])
def test_what_regions_are_called_is_taken(region: str) -> None:
    """Of every partition."""
    check_region(region, "regions")


@pytest.mark.parametrize(
    "role", ["names", "ops/names", "/ops/names", f"arn:aws:iam::{ONE}:role/ops/names", f"arn:aws-cn:iam::{ONE}:role/n"]
)
def test_roles_are_given_by_name_or_by_arn(role: str) -> None:
    """With or without a path."""
    check_role(role, ONE, "role")


@pytest.mark.parametrize("role", ["", "a b", f"arn:aws:iam::{ONE}:user/x", "arn:aws:iam::1:role/x", "x" * 65, "a//b/"])
def test_what_is_no_role_is_refused(role: str) -> None:
    """A user can't be assumed."""
    with pytest.raises(InputError, match="it is the name of a role, or an ARN"):
        check_role(role, ONE, "role")


def test_a_role_of_another_account_is_refused() -> None:
    """Its work would be done in the wrong account."""
    with pytest.raises(InputError, match=f"which is in account {ONE}, and the target is account {TWO}"):
        check_role(f"arn:aws:iam::{ONE}:role/names", TWO, "role")
