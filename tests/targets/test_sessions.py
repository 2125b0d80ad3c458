"""The way into many accounts: whose keys sign which call, and what is shared."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.target_list import resolve, targets_of
from snapnames.aws.targets import TargetSessions
from snapnames.errors import InputError
from snapnames.rules.targets import Account, Organization, Target, TargetList
from snapnames.testing.localaws.regions import ENABLED_BY_DEFAULT
from snapnames.testing.localaws.server import LocalAws

HOME, ONE, TWO = "123456789012", "111122223333", "222233334444"
HERE, THERE = "eu-west-1", "us-east-1"


def role(account: str) -> str:
    """The role of an account."""
    return f"arn:aws:iam::{account}:role/names"


def owners(found: EC2Client) -> set[str]:
    """The accounts that own what a client sees as its own."""
    return {one["OwnerId"] for one in found.describe_snapshots(OwnerIds=["self"])["Snapshots"]}


def test_each_thread_reads_the_account_of_its_target_through_the_same_clients(
    sessions: TargetSessions, ec2_of: Callable[[str, str], EC2Client]
) -> None:
    """However the threads take turns; a client is dear, so it belongs to a region and not to an account."""
    accounts = [f"{number:012}" for number in range(1, 7)]
    for account in accounts:
        ec2 = ec2_of(account, HERE)
        volume = ec2.create_volume(AvailabilityZone=f"{HERE}a", Size=1)["VolumeId"]
        ec2.create_snapshot(VolumeId=volume)
    targets = [Target(account, HERE, role(account)) for account in accounts * 8]

    def read(target: Target) -> tuple[str, set[str], int, EC2Client]:
        with sessions.of(target) as clients:
            return target.account, owners(clients.ec2), clients.calls, clients.ec2

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(read, targets))

    assert [(account, calls) for account, owned, calls, _ in found if owned == {account}] == [
        (account, 1) for account in accounts * 8
    ]
    assert len({id(ec2) for *_, ec2 in found}) == 1


def test_a_role_is_assumed_once_for_all_regions_of_its_account(aws: LocalAws, sessions: TargetSessions) -> None:
    """STS is asked for an account, not for a target."""
    mark = aws.mark()

    for region in (HERE, THERE):
        with sessions.of(Target(ONE, region, role(ONE))) as clients:
            clients.ec2.describe_images(Owners=["self"])

    assert aws.calls(mark) == ["sts.AssumeRole", "ec2.DescribeImages", "ec2.DescribeImages"]


def test_outside_of_a_target_no_call_is_signed(sessions: TargetSessions) -> None:
    """Nobody's keys are taken for those of another account."""
    with sessions.of(Target(ONE, HERE, role(ONE))) as clients:
        kept = clients

    with pytest.raises(LookupError):
        kept.ec2.describe_images(Owners=["self"])


def test_without_a_role_the_keys_have_to_be_of_the_targets_account(sessions: TargetSessions) -> None:
    """The list could be of another organization."""
    with sessions.of(Target(HOME, HERE)) as clients:
        assert clients.ec2.describe_images(Owners=["self"])["Images"] == []

    wrong = f"without a role, the AWS keys are of account {HOME}, and the target is account {ONE}: correct the list"
    with pytest.raises(InputError, match=wrong), sessions.of(Target(ONE, HERE)):
        pass


def test_the_enabled_regions_are_those_of_each_account(aws: LocalAws, sessions: TargetSessions) -> None:
    """As DescribeRegions says."""
    aws.ec2(opted_in=["eu-south-1"])
    counted = []

    targets = targets_of(
        (Account(ONE, role(ONE)), Account(TWO, role(TWO), (THERE, HERE))), sessions, lambda: counted.append(1)
    )

    assert [one.region for one in targets if one.account == ONE] == sorted({*ENABLED_BY_DEFAULT, "eu-south-1"})
    assert [one.region for one in targets if one.account == TWO] == [HERE, THERE]
    assert counted == [1]


def test_a_region_that_boto3_does_not_know_is_a_target_with_the_reason(sessions: TargetSessions) -> None:
    """No call is made to a host that there is not."""
    [known, unknown] = resolve(TargetList((Account(ONE, role(ONE), (HERE, "eu-wst-1")),)), sessions)

    assert known.problem == ""
    assert unknown.problem.startswith("boto3 knows no region of this name: correct the list")


def test_accounts_of_the_organization_are_chosen_by_units_and_tags(aws: LocalAws, sessions: TargetSessions) -> None:
    """Units beneath a unit count too; an account that is listed by itself counts as it is listed."""
    organizations = aws.client("organizations", "us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    outer = organizations.create_organizational_unit(ParentId=root, Name="outer")["OrganizationalUnit"]["Id"]
    inner = organizations.create_organizational_unit(ParentId=outer, Name="inner")["OrganizationalUnit"]["Id"]

    def account(name: str, unit: str, stage: str) -> str:
        status = organizations.create_account(
            Email=f"{name}@example.com", AccountName=name, Tags=[{"Key": "stage", "Value": stage}]
        )["CreateAccountStatus"]
        organizations.move_account(AccountId=status["AccountId"], SourceParentId=root, DestinationParentId=unit)
        return str(status["AccountId"])

    beside, first, second = account("a", root, "prod"), account("b", outer, "prod"), account("c", inner, "prod")
    test, out = account("d", inner, "test"), account("e", inner, "prod")

    def chosen(*accounts: Account, **wanted: object) -> set[str]:
        organization = Organization(role="names", regions=(HERE,), **wanted)  # type: ignore[arg-type] # its fields
        return {one.account for one in resolve(TargetList(accounts, organization), sessions) if one.role}

    assert chosen(units=(outer,), tags={"stage": "prod"}, exclude=(out,)) == {first, second}
    assert chosen(units=(inner,)) == {second, test, out}
    assert chosen(tags={"stage": "prod"}) == {beside, first, second, out}
    assert chosen(Account(first, "", (HERE,)), units=(outer,), tags={"stage": "prod"}) == {second, out}


def test_an_organization_of_300_accounts_is_read_by_pages_without_those_that_are_suspended(
    aws: LocalAws, sessions: TargetSessions
) -> None:
    """A page of ListAccounts or of ListAccountsForParent says where to go on."""
    organizations = aws.client("organizations", "us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    made = [
        organizations.create_account(Email=f"{number}@example.com", AccountName=f"a{number}")["CreateAccountStatus"]
        for number in range(300)
    ]
    for one in made[::100]:
        organizations.close_account(AccountId=one["AccountId"])
    root = organizations.list_roots()["Roots"][0]["Id"]
    mark = aws.mark()

    found, in_root = (
        {one.account for one in resolve(TargetList((), Organization(units, role="names", regions=(HERE,))), sessions)}
        for units in ((), (root,))
    )

    closed = {one["AccountId"] for one in made[::100]}
    assert found - {HOME} == in_root - {HOME} == {one["AccountId"] for one in made} - closed
    calls = Counter(aws.calls(mark))
    assert calls["organizations.ListAccounts"] > 1
    assert calls["organizations.ListAccountsForParent"] >= 15


def test_a_unit_without_an_account_leads_to_none(aws: LocalAws, sessions: TargetSessions) -> None:
    """It is no fault of the reader."""
    organizations = aws.client("organizations", "us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="empty")["OrganizationalUnit"]["Id"]

    assert resolve(TargetList((), Organization((unit,), role="names", regions=(HERE,))), sessions) == []


def test_an_organization_that_can_not_be_read_says_what_its_caller_has_to_be(sessions: TargetSessions) -> None:
    """There is none here."""
    wanted = TargetList((), Organization(units=("ou-abcd-11111111",), role="names", regions=(HERE,)))

    with pytest.raises(InputError, match=r"the accounts of the organization can't be read: .*management account"):
        resolve(wanted, sessions)
