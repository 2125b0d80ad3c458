"""The roles of many accounts, as the template of the StackSet makes them: enough, and nothing more."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.app import app
from snapnames.testing.environment import aws_variables
from snapnames.testing.localaws.policies import Policy, Request
from snapnames.testing.localaws.server import LocalAws
from typer.testing import CliRunner

from tests.account import client_of, launch
from tests.program import ROOT

from .documents import Document, enough, part, reductions

FOLDER = ROOT / "examples" / "organization"
ACCOUNT, HOME = "111122223333", "123456789012"
REGION = "eu-west-1"
KEY = "local"
CALLER = f"arn:aws:iam::{HOME}:user/{KEY}"
"""The keys of the tests are a user's. The template asks for a role, which differs only in its ARN."""


def resolved(value: Any, parameters: Mapping[str, str], conditions: Mapping[str, bool]) -> Any:  # noqa: ANN401 -- YAML
    """A part of the template as CloudFormation makes it: only the functions that the template has."""
    found = value
    match value:
        case {"Ref": name}:
            found = {**parameters, "AWS::NoValue": None}[name]
        case {"Fn::Sub": text}:
            found = text.replace("${AWS::Partition}", "aws")
        case {"Fn::If": [name, true, false]}:
            found = resolved(true if conditions[name] else false, parameters, conditions)
        case list():
            found = [resolved(one, parameters, conditions) for one in value]
        case dict():
            every = {key: resolved(one, parameters, conditions) for key, one in value.items()}
            found = {key: one for key, one in every.items() if one is not None}
    return found


def roles(external_id: str = "") -> dict[str, dict[str, Any]]:
    """The roles of the template by name, as the local AWS takes them."""
    template = yaml.safe_load((FOLDER / "roles.yaml").read_text(encoding="utf-8"))
    parameters = {"CallerArn": CALLER, "CallerAccount": HOME, "ExternalId": external_id, "WithNames": "true"}
    conditions = {"HasExternalId": bool(external_id), "GivesNames": True}
    made = {}
    for resource in template["Resources"].values():
        role = resolved(resource["Properties"], parameters, conditions)
        [policy] = role["Policies"]
        made[role["RoleName"]] = {"trust": role["AssumeRolePolicyDocument"], "policy": policy["PolicyDocument"]}
    return made


def caller_policy() -> Document:
    """The policy of who runs the command."""
    document: Document = json.loads((FOLDER / "caller.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture
def snapnames(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Run a command on one account with all enabled regions; its exit code and its JSON."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in aws_variables(aws.url).items():
        monkeypatch.setenv(name, value)

    def run(*command: str, role: str = "snapnames-ledger", external_id: str = "") -> tuple[int, dict[str, Any]]:
        entry = {"account": ACCOUNT, "role": role, "regions": "enabled", "externalId": external_id}
        file = tmp_path / "targets.yaml"
        file.write_text(json.dumps({"targets": [entry]}), encoding="utf-8")
        ran = CliRunner().invoke(app, [str(file) if one == "FILE" else one for one in command], catch_exceptions=False)
        return ran.exit_code, json.loads(ran.stdout)

    return run


def of_the_account(aws: LocalAws) -> EC2Client:
    """A client that may do everything, before there are roles."""
    return client_of(aws, f"arn:aws:iam::{ACCOUNT}:role/admin", REGION)


def test_the_ledger_role_is_enough_for_the_ledger_of_targets_and_holds_nothing_more(
    aws: LocalAws, snapnames: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    """An account with an image, a template, and a backup of a volume; the caller has the policy of the folder."""
    ec2 = of_the_account(aws)
    image = ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)["ImageId"]
    ec2.create_launch_template(LaunchTemplateName="nightly", LaunchTemplateData={"ImageId": image})
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    ec2.create_snapshot(VolumeId=volume)
    made = roles("word")
    aws.roles({f"arn:aws:iam::*:role/{name}": role for name, role in made.items()})
    aws.restrict(KEY, caller_policy())

    listed, _ = snapnames("targets", "FILE", "--json", external_id="word")
    code, found = snapnames("ledger", "--targets", "FILE", "--json", external_id="word")

    assert (listed, code) == (0, 0)
    assert (found["targets_read"], found["totals"]["images"], found["totals"]["others"]["count"]) == (17, 1, 1)
    policy, asked = made["snapnames-ledger"]["policy"], aws.authorized()
    assert [out for out, less in reductions(policy) if enough(less, asked)] == []


@pytest.mark.parametrize("external_id", ["", "other"])
def test_without_the_external_id_the_role_is_not_assumed(
    aws: LocalAws, snapnames: Callable[..., tuple[int, dict[str, Any]]], external_id: str
) -> None:
    """Nobody else of the caller's account gets in by chance."""
    aws.roles({f"arn:aws:iam::*:role/{name}": role for name, role in roles("word").items()})

    code, found = snapnames("targets", "FILE", "--json", external_id=external_id)

    [target] = found["targets"]
    assert (code, found["targets_reachable"]) == (1, 0)
    assert "AccessDenied" in target["problem"]


def test_another_principal_of_the_callers_account_may_not_assume_the_roles(aws: LocalAws) -> None:
    """The trust names the account, and a condition the role."""
    for role in roles().values():
        conditions = role["trust"]["Statement"][0]["Condition"]
        trust = Policy({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": conditions}]})

        mine, other = (Request("sts:AssumeRole", "*", {"aws:PrincipalArn": (arn,)}) for arn in (CALLER, f"{CALLER}2"))
        assert (trust.allows(mine), trust.allows(other)) == (True, False)
    assert aws.authorized() == []


def test_the_role_that_names_has_the_policy_of_name_owned_and_reads_regions(
    aws: LocalAws, snapnames: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    """That policy has a test of its own. The regions are for `regions: enabled` and for `snapnames targets`."""
    names = roles()["snapnames-names"]["policy"]
    own = part("name-owned")
    own["Statement"][0]["Action"] = sorted([*own["Statement"][0]["Action"], "ec2:DescribeRegions"])
    assert names == own

    aws.roles({f"arn:aws:iam::*:role/{name}": role for name, role in roles().items()})
    code, found = snapnames("targets", "FILE", "--json", role="snapnames-names")
    assert (code, found["targets_reachable"]) == (0, 17)


def test_the_caller_may_assume_these_roles_alone() -> None:
    """And read the organization."""
    policy = Policy(caller_policy())

    def may(name: str) -> bool:
        return policy.allows(Request("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/{name}", {}))

    assert [may(name) for name in (*roles(), "admin", "snapnames-ledger-admin")] == [True, True, False, False]
