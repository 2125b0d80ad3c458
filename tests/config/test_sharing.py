"""Whom a config shares its images with, and the name of its parameter."""

import pytest
from snapnames.config.settings import read_settings
from snapnames.errors import InputError
from snapnames.rules.sharing import MAX_RECIPIENTS, Recipient

from tests.config.readings import GOOD, faults, read

ORGANIZATION = "arn:aws:organizations::111122223333:organization/o-abcdefghij"
UNIT = "arn:aws:organizations::111122223333:ou/o-abcdefghij/ou-abcd-12345678"
ACCOUNT = "snapnames:shareWith.accounts[0] is {}; the id of an account has 12 digits, as 111122223333: correct it"


def shared(**given: object) -> list[str]:
    """The faults of a config that shares."""
    return faults({**GOOD, "shareWith": given})


def test_accounts_organizations_and_units_are_read_in_their_order() -> None:
    """An id that `pulumi config set --path` has made a number of is an id too."""
    given = {"accounts": ["011122223333", 444455556666], "organizations": [ORGANIZATION], "organizationalUnits": [UNIT]}

    assert read({**GOOD, "shareWith": given}).share_with == (
        Recipient("accountId", "011122223333"),
        Recipient("accountId", "444455556666"),
        Recipient("organizationArn", ORGANIZATION),
        Recipient("organizationalUnitArn", UNIT),
    )


def test_without_the_key_nothing_is_shared() -> None:
    """The default of every stack."""
    assert read(GOOD).share_with == ()


@pytest.mark.parametrize(
    ("account", "shown"),
    [("11112222333", "'11112222333'"), (1112222333, "'1112222333'"), (True, "True"), ("all", "'all'"), (None, "None")],
)
def test_an_account_is_twelve_digits(account: object, shown: str) -> None:
    """A number that has lost the zero before it is refused, and `all`, which would make an image public."""
    assert shared(accounts=[account]) == [ACCOUNT.format(shown)]


@pytest.mark.parametrize("arn", ["o-abcdefghij", UNIT, ORGANIZATION[:-1] + "J"])
def test_an_organization_is_given_by_its_arn(arn: str) -> None:
    """EC2 takes no bare id."""
    assert shared(organizations=[arn]) == [
        (
            f"snapnames:shareWith.organizations[0] is {arn!r}; an organization is given by its ARN, as "
            "arn:aws:organizations::111122223333:organization/o-abcdefghij: correct it"
        )
    ]


def test_a_unit_is_given_by_its_arn() -> None:
    """The ARN of its organization is another one."""
    assert shared(organizationalUnits=[ORGANIZATION]) == [
        (
            f"snapnames:shareWith.organizationalUnits[0] is {ORGANIZATION!r}; an organizational unit is given by its "
            "ARN, as arn:aws:organizations::111122223333:ou/o-abcdefghij/ou-abcd-12345678: correct it"
        )
    ]


def test_an_arn_of_another_partition_is_a_fault() -> None:
    """EC2 there knows no such organization."""
    given = {**GOOD, "aws:region": "cn-north-1", "shareWith": {"organizations": [ORGANIZATION]}}

    assert faults(given) == [
        (
            f"snapnames:shareWith.organizations[0] is {ORGANIZATION!r}, of the partition aws; cn-north-1 is of the "
            "partition aws-cn, and nothing there knows what another partition has: give an ARN that begins with "
            "arn:aws-cn:"
        )
    ]


def test_a_misspelt_key_is_answered_with_the_nearest() -> None:
    """It would share with nobody otherwise, without a word."""
    assert shared(account=["444455556666"]) == [
        (
            "snapnames:shareWith.account is not a key that snapnames knows; the nearest is "
            "snapnames:shareWith.accounts: rename it, or remove it"
        )
    ]


@pytest.mark.parametrize("given", [["444455556666"], "444455556666", True])
def test_what_is_no_map_is_a_fault(given: object) -> None:
    """A list of accounts, for example."""
    [said] = faults({**GOOD, "shareWith": given})

    assert said.endswith(
        "it is a map with the keys accounts, organizations, organizationalUnits, each with a list: write one"
    )


@pytest.mark.parametrize("given", [[], "444455556666"])
def test_a_key_has_a_list_with_something_in_it(given: object) -> None:
    """An empty list is more likely a slip than a wish."""
    assert shared(accounts=given) == [
        (
            f"snapnames:shareWith.accounts is {given!r}; it is a list with one entry or more: write one, or take the "
            "key out"
        )
    ]


def test_one_that_is_listed_twice_is_a_fault() -> None:
    """As a text and as a number it is the same account."""
    assert shared(accounts=["444455556666", 444455556666]) == [
        "snapnames:shareWith has account 444455556666 twice: list it once"
    ]


@pytest.mark.parametrize("more", [0, 1])
def test_an_image_is_shared_with_as_many_as_ec2_takes(more: int) -> None:
    """1,000, of all kinds together."""
    accounts = [f"{number:012}" for number in range(MAX_RECIPIENTS - 1 + more)]

    said = shared(accounts=accounts, organizations=[ORGANIZATION])

    assert [line[:39] for line in said] == ["snapnames:shareWith has 1001 entries; E"] * more


@pytest.mark.parametrize(
    "provider",
    [
        {"aws:allowedAccountIds": '["444455556666"]'},
        {"aws:assumeRoles": '[{"roleArn": "arn:aws:iam::444455556666:role/deploy"}]'},
    ],
)
def test_the_own_account_is_refused_where_the_config_tells_it(provider: dict[str, str]) -> None:
    """The last role's account, or the only one that is allowed."""
    assert faults({**GOOD, **provider, "shareWith": {"accounts": ["444455556666"]}}) == [
        (
            "snapnames:shareWith has 444455556666, which is the account of this stack; it owns the images and needs no "
            "permission: take it out"
        )
    ]


def test_another_account_than_the_own_is_no_fault() -> None:
    """Also beside roles that the session will refuse in its own words."""
    roles = {"aws:assumeRoles": "no list"}

    assert faults({**GOOD, **roles, "shareWith": {"accounts": ["444455556666"]}}) == []


def test_a_service_of_a_program_of_ones_own_shares_under_its_name() -> None:
    """And its faults name its own key."""
    config = {"front:source": "i-0123456789abcdef0", "front:shareWith": '{"accounts": ["1"]}'}

    with pytest.raises(InputError) as refused:
        read_settings(config, service="front")

    assert str(refused.value).startswith("front:shareWith.accounts[0] is '1'; ")


def test_the_parameter_is_a_name_in_a_hierarchy() -> None:
    """Without the key there is none."""
    assert read({**GOOD, "parameter": "/front-web/ami"}).parameter == "/front-web/ami"
    assert read(GOOD).parameter == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("front-web", "begins with a slash, as /front-web/ami"),
        ("", "begins with a slash"),
        ("/", "nothing between two slashes"),
        ("/front//ami", "nothing between two slashes"),
        ("/front/ami/", "nothing between two slashes"),
        ("/front web/ami", "not 'front web'"),
        ("/front/\x1b[31m", "not '\\x1b[31m'"),
        ("/aws/front", "AWS keeps the names that begin with aws or ssm"),
        ("/SSM-front", "AWS keeps the names that begin with aws or ssm"),
        ("/" + "/".join("x" * 16), "has 16 levels"),
        ("/" + "x" * 950, "has 951 characters"),
        (7, "begins with a slash"),
    ],
)
def test_a_parameter_with_another_name_is_a_fault(name: object, why: str) -> None:
    """Systems Manager would refuse it when the rollout is over."""
    [said] = faults({**GOOD, "parameter": name})

    assert said.startswith("snapnames:parameter ")
    assert why in said


@pytest.mark.parametrize("name", ["/" + "/".join("x" * 15), "/" + "x" * 949, "/a", "/Front_Web.1/ami-2"])
def test_a_parameter_with_the_longest_name_is_taken(name: str) -> None:
    """Fifteen levels, and 950 characters."""
    assert faults({**GOOD, "parameter": name}) == []


def test_a_service_has_a_parameter_of_its_own() -> None:
    """Two services with one would overwrite each other. What another key has as its value is no matter."""
    config = {f"{name}:{key}": value for name in ("front", "back") for key, value in OF_A_SERVICE.items()}

    with pytest.raises(InputError) as refused:
        read_settings(config, service="front")
    read = read_settings({**config, "back:parameter": "/back/ami"}, service="front")

    assert str(refused.value) == (
        "front:parameter is '/web/ami', as for each of the services back, front; a parameter has the image of one "
        "service: give each its own"
    )
    assert read.parameter == "/web/ami"


OF_A_SERVICE = {"source": "i-0123456789abcdef0", "parameter": "/web/ami"}
