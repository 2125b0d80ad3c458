"""The way to AWS: the account that is allowed, roles, and profiles without keys. No engine runs."""

import json
import re
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from snapnames.aws.session import StackSession
from snapnames.cli.account import aws_session
from snapnames.cli.advice import aws_errors
from snapnames.cli.errors import Exit, UsageError
from snapnames.errors import InputError
from snapnames.testing.localaws.server import REGION, LocalAws

HOME, AWAY = "123456789012", "222222222222"
ROLE = f"arn:aws:iam::{AWAY}:role/names"


def config(aws: LocalAws, **more: object) -> dict[str, str]:
    """The `aws:` config of a stack, without the namespace."""
    values = {"region": REGION, "endpoints": [{"ec2": aws.url, "sts": aws.url}], **more}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No keys but those of a config file that a test writes."""
    names = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "ROLE_ARN", "WEB_IDENTITY_TOKEN_FILE")
    for name in names:
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path / "config"


def refusal(settings: dict[str, str]) -> str:
    """The error, which is the same in one line for a program and for the command."""
    with pytest.raises(InputError) as program:
        StackSession(settings)
    with pytest.raises(UsageError) as command:
        aws_session({f"aws:{key}": value for key, value in settings.items()})
    said = str(program.value)
    assert str(command.value) == f"the stack's aws: config does not lead to AWS: {said}"
    assert command.value.code == Exit.USAGE
    assert "\n" not in said
    return said


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("key", "ids", "rule"),
    [
        ("allowedAccountIds", [AWAY, "333333333333"], f"aws:allowedAccountIds allows only {AWAY}, 333333333333"),
        ("forbiddenAccountIds", [HOME], f"aws:forbiddenAccountIds forbids {HOME}"),
    ],
)
def test_an_account_that_the_config_does_not_allow_is_refused_by_name(
    aws: LocalAws, key: str, ids: list[str], rule: str
) -> None:
    """After one call, and before any other."""
    mark = aws.mark()

    said = refusal(config(aws, **{key: ids}))

    assert said == (
        f"the AWS keys are of account {HOME}, region {REGION}, and {rule}: use the keys or the aws:profile of the "
        "right account"
    )
    assert set(aws.calls(mark)) == {"sts.GetCallerIdentity"}


@pytest.mark.usefixtures("keys")
def test_an_allowed_account_is_used(aws: LocalAws) -> None:
    """The account is that of the role, where one is assumed."""
    limits = {"allowedAccountIds": [AWAY], "forbiddenAccountIds": [HOME]}

    session = StackSession(config(aws, assumeRoles=[{"roleArn": ROLE}], **limits))

    assert session.place == f"{AWAY} {REGION}"


@pytest.mark.usefixtures("files")
def test_a_web_identity_needs_no_keys_and_further_roles_are_assumed_on_top(aws: LocalAws, tmp_path: Path) -> None:
    """As the provider does it."""
    token = tmp_path / "token"
    token.write_text("a.web.token\n", encoding="utf-8")
    web = {"roleArn": ROLE, "sessionName": "ci", "webIdentityTokenFile": str(token), "duration": "1h"}
    mark = aws.mark()

    session = StackSession(
        config(aws, assumeRoleWithWebIdentity=web, assumeRoles=[{"roleArn": f"arn:aws:iam::{HOME}:role/second"}])
    )

    assert aws.calls(mark) == ["sts.AssumeRoleWithWebIdentity", "sts.AssumeRole"]
    assert session.place == f"{HOME} {REGION}"


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("web", "error"),
    [
        ({"webIdentityToken": "t"}, "has no roleArn"),
        ({"roleArn": ROLE}, "has no token"),
        ({"roleArn": ROLE, "webIdentityToken": "t", "duration": "soon"}, "duration is 'soon'"),
        ({"roleArn": ROLE, "webIdentityTokenFile": "/nowhere/token"}, "No such file or directory"),
        ([], "is no map"),
    ],
)
def test_a_web_identity_that_can_not_be_assumed_is_refused(aws: LocalAws, web: object, error: str) -> None:
    """In one line, for a program as for the command."""
    assert error in refusal(config(aws, assumeRoleWithWebIdentity=web))


BASE = "[profile base]\naws_access_key_id = a\naws_secret_access_key = b\n"
MFA = f"{BASE}[profile x]\nsource_profile = base\nrole_arn = {ROLE}\nmfa_serial = arn:aws:iam::{HOME}:mfa/me\n"
SSO = (
    "[profile x]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n"
    "[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://example.com/start\n"
)


def printing(text: str) -> str:
    """A profile whose process prints that."""
    return f"[profile x]\ncredential_process = {sys.executable} -c \"print('{text}')\"\n"


@pytest.mark.parametrize(
    ("profile", "error"),
    [
        (MFA, "the profile has mfa_serial, .*aws sso login.*credential_process"),
        (SSO, "the AWS keys can't be read: .*run `aws sso login`"),
        ("[profile x]\ncredential_process = /nowhere/process\n", "the AWS keys can't be read: .*/nowhere/process"),
        ("[profile x]\ncredential_process = false\n", "the AWS keys can't be read: .*credential_process"),
        (printing("no json"), "the AWS keys can't be read: .*credential_process"),
        (printing("[1]"), "the AWS keys can't be read: "),
        ("[profile x]\naws_access_key_id = a\n", "the AWS keys can't be read: Partial credentials"),
        ("[profile y]\n", r"the AWS keys can't be read: The config profile \(x\) could not be found"),
        ("[profile x]\n", "no AWS keys were found"),
        ("no ini", "the AWS keys can't be read: Unable to parse config file"),
    ],
    ids=["mfa", "sso", "no process", "failing process", "no json", "a list", "half", "unknown", "none", "no ini"],
)
def test_a_profile_that_gives_no_keys_is_one_line_with_the_way_out(
    aws: LocalAws, files: Path, profile: str, error: str
) -> None:
    """Before anything is read, and nothing is asked of a person: no terminal has to be there."""
    files.write_text(profile, encoding="utf-8")
    mark = aws.mark()

    said = refusal(config(aws, profile="x"))

    assert re.match(error, said), said
    assert aws.calls(mark) == []


@pytest.mark.usefixtures("keys")
def test_the_place_is_the_region_alone_when_aws_does_not_tell_the_account(aws: LocalAws) -> None:
    """A place is only a help in an error, so it is never one of its own."""
    settings = config(aws) | {
        "endpoints": json.dumps([{"ec2": aws.url, "sts": "http://127.0.0.1:9"}]),
        "maxRetries": "0",
    }

    assert StackSession(settings).place == REGION


@pytest.mark.parametrize("code", ["ExpiredToken", "RequestExpired", "AuthFailure"])
def test_keys_that_aws_does_not_take_are_a_fault_of_the_usage(code: str) -> None:
    """Not of the read that found it out, and in one line."""
    error = ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeImages")

    with pytest.raises(UsageError, match=r"^EC2 can't be read: [^\n]*log in again$"), aws_errors("EC2 can't be read"):
        raise error
