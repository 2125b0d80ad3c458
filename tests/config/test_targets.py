"""A file of targets: what it says, and all that is wrong with it at once."""

from textwrap import dedent

import pytest
from snapnames.config.targets import read_targets
from snapnames.errors import InputError
from snapnames.rules.targets import Account, Organization

ONE, TWO = "011122223333", "222233334444"


def faults(text: str) -> list[str]:
    """The lines of the error."""
    with pytest.raises(InputError) as caught:
        read_targets(dedent(text))
    return str(caught.value).splitlines()


def test_an_account_id_with_a_zero_in_front_needs_no_quotes() -> None:
    """YAML itself would read an octal number."""
    found = read_targets(f"targets: [{{account: {ONE}, role: names, regions: [eu-west-1]}}]")

    assert found.accounts == (Account(ONE, f"arn:aws:iam::{ONE}:role/names", ("eu-west-1",)),)


def test_defaults_hold_where_a_target_says_nothing() -> None:
    """The keys of both configs hold."""
    text = f"""
        defaults:
          role: ops/names
          regions: enabled
          externalId: word
          config: {{snapnames:namePattern: "{{image}}", snapnames:ownedImages: true}}
        targets:
        - account: {ONE}
        - account: {TWO}
          role: arn:aws-cn:iam::{TWO}:role/other
          regions: [cn-north-1]
          externalId: ""
          config: {{snapnames:ownedImages: {{names: ["web-*"]}}}}
    """

    first, second = read_targets(dedent(text)).accounts

    shared = {"snapnames:namePattern": "{image}", "snapnames:ownedImages": "true"}
    assert first == Account(ONE, f"arn:aws:iam::{ONE}:role/ops/names", (), "word", shared)
    own = {**shared, "snapnames:ownedImages": '{"names": ["web-*"]}'}
    assert second == Account(TWO, f"arn:aws-cn:iam::{TWO}:role/other", ("cn-north-1",), "", own)


def test_a_role_by_name_is_in_the_partition_of_the_regions() -> None:
    """An ARN has it."""
    found = read_targets(f"targets: [{{account: {TWO}, role: names, regions: [us-gov-west-1]}}]")

    assert [one.role for one in found.accounts] == [f"arn:aws-us-gov:iam::{TWO}:role/names"]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (
            "role: names, regions: [eu-west-1, cn-north-1, us-east-1]",
            (
                "targets[0].regions has eu-west-1 of aws and cn-north-1 of aws-cn; an account is in one partition of "
                "AWS: give each partition an account of its own"
            ),
        ),
        (
            f"role: 'arn:aws:iam::{ONE}:role/names', regions: [us-gov-west-1]",
            (
                f"targets[0].role is 'arn:aws:iam::{ONE}:role/names' of the partition aws, and us-gov-west-1 is in the "
                "partition aws-us-gov: begin the ARN with arn:aws-us-gov:, or give the name of the role alone"
            ),
        ),
    ],
)
def test_an_account_is_in_one_partition_and_so_is_its_role(entry: str, fault: str) -> None:
    """In the wrong one, a region would be said to be not enabled, and nobody can enable it."""
    assert faults(f"targets: [{{account: {ONE}, {entry}}}]") == [f"targets.yaml:1: {fault}"]


def test_the_regions_of_an_organization_are_of_one_partition() -> None:
    """All of its accounts are in the same."""
    [fault] = faults("organization: {role: names, regions: [us-east-1, us-iso-east-1]}")

    assert "organization.regions has us-east-1 of aws and us-iso-east-1 of aws-iso;" in fault


def test_a_role_by_name_is_in_the_partition_of_the_caller_if_the_regions_are_not_listed() -> None:
    """The enabled regions are read with the keys of the role."""
    [found] = read_targets(f"targets: [{{account: {ONE}, role: names, regions: enabled}}]", home="cn-north-1").accounts

    assert found.role == f"arn:aws-cn:iam::{ONE}:role/names"


def test_an_organization_is_chosen_by_units_and_tags() -> None:
    """It takes the defaults too."""
    text = f"""
        defaults: {{role: names}}
        organization:
          units: [ou-abcd-11111111]
          tags: {{stage: prod, weight: 3}}
          exclude: [{TWO}]
          regions: [eu-west-1]
    """

    found = read_targets(dedent(text))

    tags = {"stage": "prod", "weight": "3"}
    assert found.organization == Organization(("ou-abcd-11111111",), tags, (TWO,), "names", ("eu-west-1",))
    assert found.organization.account(ONE) == Account(ONE, f"arn:aws:iam::{ONE}:role/names", ("eu-west-1",))


def test_all_faults_are_said_at_once_each_with_its_line_value_rule_and_next_step() -> None:
    """In the order of the file."""
    text = f"""\
        defaults: {{regions: enabled}}
        targets:
        - account: 111
          rol: names
        - account: {TWO}
          role: arn:aws:iam::{ONE}:role/names
          regions: [eu-wst]
        - account: {ONE}
          config: {{aws:region: eu-west-1, aws:secretKey: x, namePattern: x, aws:retryMode: fast}}
        - regions: [eu-west-1]
    """

    assert faults(text) == [
        (
            "targets.yaml:3: targets[0].account is '111'; the id of an account has 12 digits: write all of them, also "
            "zeros in front"
        ),
        "targets.yaml:4: targets[0] has 'rol', which is no key there; the nearest is role: rename it",
        (
            f"targets.yaml:6: targets[1].role is 'arn:aws:iam::{ONE}:role/names', which is in account {ONE}, and the "
            f"target is account {TWO}: give a role of the target's own account"
        ),
        (
            "targets.yaml:7: targets[1].regions has 'eu-wst'; the name of a region is as eu-west-1: correct it, or "
            "write `enabled` in place of the list"
        ),
        "targets.yaml:9: targets[2].config has aws:region; the target decides that: remove it",
        "targets.yaml:9: targets[2].config has aws:secretKey; a file of targets is no place for a secret: remove it",
        "targets.yaml:9: targets[2].config has 'namePattern'; keys are whole, as snapnames:namePattern: write it so",
        "targets.yaml:9: targets[2].config: aws:retryMode is 'fast'; it is standard or adaptive: set one of them",
        "targets.yaml:10: targets[3] has no account; each target is an account: give its id",
    ]


@pytest.mark.parametrize(
    "second",
    [f"{{account: {ONE}, regions: [eu-west-2, eu-west-1]}}", f"{{account: {ONE}, regions: enabled}}"],
    ids=["the same region", "a region that is among the enabled ones"],
)
def test_a_place_that_is_listed_twice_is_a_fault(second: str) -> None:
    """Two runs would work on it at once."""
    first = f"{{account: {ONE}, regions: [eu-west-1]}}"

    for entries in ([first, second], [second, first]):
        [fault] = faults(f"targets: [{', '.join(entries)}]")
        assert "is there twice; a place is one target: remove one of them" in fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "targets.yaml: the file names no target: list accounts under `targets`, or give `organization`"),
        ("targets: []", "the file names no target"),
        ("targets: x", "targets is a text; it wants a list: write it so"),
        ("- x", "the file is a list; it wants a map: write it so"),
        ("targets: [", "targets.yaml:1: the file is no YAML: expected the node content, but found '<stream end>'"),
        ("targets: \x00", "the file is no YAML: special characters are not allowed: correct it"),
        ("[" * 5000, "the file is no YAML"),
        (f"targets: [{{account: {ONE}}}]", "targets[0].regions is missing; a target has regions: list them, or write"),
        (f"targets: [{{account: {ONE}, regions: []}}]", "targets[0].regions is empty; a target has regions"),
        (f"targets: [{{account: {ONE}, account: {TWO}, regions: enabled}}]", "has the key 'account' twice"),
        (
            "organization: {role: names, regions: enabled, units: []}",
            "targets.yaml:1: organization.units is empty; without the key, all accounts are taken: name units, or",
        ),
        ("organization: {regions: enabled}", "organization.role is ''; each account has a role of the same name"),
        (
            f"targets: [{{account: {ONE}, regions: enabled, config: {{snapnames:x: 2018-03-07}}}}]",
            "targets[0].config.snapnames:x has no counterpart in JSON",
        ),
        (
            f"targets: [{{account: {ONE}, regions: enabled, config: {{snapnames:x: &a [*a]}}}}]",
            "targets[0].config.snapnames:x has no counterpart in JSON",
        ),
    ],
)
def test_what_is_no_list_of_targets_is_refused(text: str, fault: str) -> None:
    """Never with a stack trace."""
    assert fault in "\n".join(faults(text))


def test_hostile_text_in_the_file_is_shown_harmless() -> None:
    """A line break or an escape sequence does not reach the terminal."""
    [fault] = faults('targets: [{account: "1\\e[2J\\n2", regions: enabled}]')

    assert fault.isprintable()
