"""The account that is listed and named is that of the stack's own `aws:` config."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.owned_images.accounts import Account
from tests.program import Program

Make = Callable[..., Program]
REMOVED = {"removeNamesOnDestroy": True}
ROLE = "arn:aws:iam::111122223333:role/names"
AWAY: dict[str, dict[str, Any]] = {
    "region": {"aws:region": "eu-central-1"},
    "role": {"aws:assumeRoles": [{"roleArn": ROLE}]},
}


def in_account_of_role(aws: LocalAws) -> EC2Client:
    """A client of the account that the role is in."""
    keys = aws.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="test")["Credentials"]
    made: EC2Client = boto3.client(
        "ec2",
        region_name="ap-northeast-2",
        endpoint_url=aws.url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    return made


@pytest.mark.parametrize("where", AWAY)
def test_another_region_or_account_is_listed_named_and_cleared(
    aws: LocalAws, account: Account, program: Make, where: str
) -> None:
    """By the settings of the provider; what is at home stays without names, and the removal at a destroy goes there."""
    account.image("home-1")
    other = Account(aws.client("ec2", "eu-central-1") if where == "region" else in_account_of_role(aws))
    other.image("away-1")
    stack = program({"ownedImages": REMOVED, **AWAY[where]})

    stack.up("--skip-preview")
    named = account.names(), other.names()
    stack.destroy()

    assert named == ({"home-1:/dev/sda1": None}, {"away-1:/dev/sda1": "away-1(001)"})
    assert (account.names(), other.names()) == ({"home-1:/dev/sda1": None}, {"away-1:/dev/sda1": None})


class Regionless(Program):
    """A stack whose config gives no region."""

    def _provider(self) -> dict[str, Any]:
        return {key: value for key, value in super()._provider().items() if key != "aws:region"}


def test_the_region_of_the_environment_is_that_of_the_provider(
    aws: LocalAws, account: Account, engine: Engine, tmp_path: Path
) -> None:
    """AWS_REGION before AWS_DEFAULT_REGION, which boto3 would take: what is listed is where it is named."""
    account.image("home-1")
    other = Account(aws.client("ec2", "eu-central-1"))
    other.image("away-1")
    stack = Regionless(tmp_path / "stack", aws, engine, {"ownedImages": True})
    stack.environment["AWS_REGION"] = "eu-central-1"

    stack.up("--skip-preview")

    assert stack.environment["AWS_DEFAULT_REGION"] == "ap-northeast-2"
    assert (account.names(), other.names()) == ({"home-1:/dev/sda1": None}, {"away-1:/dev/sda1": "away-1(001)"})


def test_a_named_profile_is_used_to_list_to_name_and_to_clear(account: Account, program: Make, tmp_path: Path) -> None:
    """Of a shared credentials file; one that is not there fails the preview and says so."""
    account.image("web-1")
    credentials = tmp_path / "credentials"
    credentials.write_text("[names]\naws_access_key_id = profile\naws_secret_access_key = profile\n", encoding="utf-8")
    stack = program({"ownedImages": REMOVED, "aws:profile": "names"})
    stack.environment["AWS_SHARED_CREDENTIALS_FILE"] = str(credentials)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del stack.environment[name]

    stack.up("--skip-preview")
    named = account.names()
    stack.config["aws:profile"] = "other"
    unknown = stack.preview(code=1).out
    stack.config["aws:profile"] = "names"
    stack.destroy()

    assert named == {"web-1:/dev/sda1": "web-1(001)"}
    assert "can't be read: " in unknown
    assert "Traceback" not in unknown
    assert account.names() == {"web-1:/dev/sda1": None}


def test_a_role_assumed_by_a_web_identity_lists_and_names(
    aws: LocalAws, account: Account, program: Make, tmp_path: Path
) -> None:
    """As the provider does it: in the account of the role, with the token of a file."""
    account.image("home-1")
    other = Account(in_account_of_role(aws))
    other.image("away-1")
    token = tmp_path / "token"
    token.write_text("a.web.token", encoding="utf-8")
    role = {"roleArn": ROLE, "sessionName": "names", "webIdentityTokenFile": str(token)}
    stack = program({"ownedImages": True, "aws:assumeRoleWithWebIdentity": role})

    stack.up("--skip-preview")

    assert (account.names(), other.names()) == ({"home-1:/dev/sda1": None}, {"away-1:/dev/sda1": "away-1(001)"})


def test_a_setting_of_the_provider_that_can_not_be_mirrored_is_an_error_that_says_so(
    account: Account, program: Make
) -> None:
    """Nothing is named with other credentials than the provider's; one that matters for no read is passed over."""
    account.image("web-1")
    stack = program({"ownedImages": True, "aws:httpProxy": "http://127.0.0.1:9"})

    refused = stack.up("--skip-preview", code=1).out
    unnamed = account.names()
    del stack.config["aws:httpProxy"]
    stack.config["aws:defaultTags"] = {"tags": {"team": "web"}}
    stack.up("--skip-preview")

    assert (
        "error: aws:httpProxy has no counterpart outside the provider, and a source given by tags, a "
        "dropped release, or the images that the account owns are read outside of it: give the profile or the keys "
        "another way"
    ) in refused
    assert unnamed == {"web-1:/dev/sda1": None}
    assert account.tags() == {"web-1:/dev/sda1": {"Name": "web-1(001)"}}
