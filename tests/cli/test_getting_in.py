"""The way to AWS: the account that is allowed, roles, and profiles without keys. No engine runs."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from botocore.credentials import DeferredRefreshableCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    LoginRefreshRequired,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from snapnames.aws.keys import read_keys
from snapnames.aws.roles import with_keys
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
    for name in (*names, "DEFAULT_PROFILE"):
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


_OLD_KEYS = '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "Expiration": "2018-03-07T00:00:00Z"}'
STALE = printing(_OLD_KEYS.replace('"', r"\""))
"""A process that gives what it has kept for too long, as some helpers do."""


@pytest.mark.parametrize(
    ("profile", "error"),
    [
        (MFA, "the profile has mfa_serial, .*aws sso login.*credential_process"),
        (SSO, "the AWS keys can't be read: .*run `aws sso login`"),
        ("[profile x]\ncredential_process = /nowhere/process\n", "the AWS keys can't be read: .*/nowhere/process"),
        ("[profile x]\ncredential_process = false\n", "the AWS keys can't be read: .*credential_process"),
        (printing("no json"), "the AWS keys can't be read: .*credential_process"),
        (printing("[1]"), "the AWS keys can't be read: "),
        (STALE, "the AWS keys can't be read: .* gave keys that have expired at 2018-.*run the credential_process"),
        ("[profile x]\naws_access_key_id = a\n", "the AWS keys can't be read: Partial credentials"),
        ("[profile y]\n", r"the AWS keys can't be read: The config profile \(x\) could not be found"),
        ("[profile x]\n", "no AWS keys were found"),
        ("no ini", "the AWS keys can't be read: Unable to parse config file"),
    ],
    ids=[
        "mfa",
        "sso",
        "no process",
        "failing process",
        "no json",
        "a list",
        "stale",
        "half",
        "unknown",
        "none",
        "no ini",
    ],
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


def profiles(**keys: str) -> str:
    """A config file with these profiles, each with a key of its own."""
    return "".join(
        f"[profile {name}]\naws_access_key_id = {key}\naws_secret_access_key = b\n" for name, key in keys.items()
    )


@pytest.mark.parametrize(
    ("variables", "key"),
    [
        ({"AWS_PROFILE": "prod", "AWS_DEFAULT_PROFILE": "dev"}, "of-prod"),
        ({"AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "dev"}, "of-dev"),
        ({"AWS_DEFAULT_PROFILE": "dev"}, "of-dev"),
        ({"AWS_PROFILE": "prod", "AWS_ACCESS_KEY_ID": "in-env", "AWS_SECRET_ACCESS_KEY": "b"}, "in-env"),
    ],
)
def test_a_profile_of_the_environment_is_the_one_that_the_provider_takes(
    aws: LocalAws, files: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], key: str
) -> None:
    """The reads would be of one account and the writes of another."""
    files.write_text(profiles(prod="of-prod", dev="of-dev"), encoding="utf-8")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert StackSession(config(aws)).keys().access_key == key


def test_a_profile_of_the_config_comes_before_the_environment(
    aws: LocalAws, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both its profile and its keys, as for the provider."""
    files.write_text(profiles(prod="of-prod", dev="of-dev"), encoding="utf-8")
    for name, value in {"PROFILE": "dev", "ACCESS_KEY_ID": "in-env", "SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)

    assert StackSession(config(aws, profile="prod")).keys().access_key == "of-prod"


def test_a_role_keeps_what_the_profile_says_beside_its_keys(aws: LocalAws, files: Path) -> None:
    """A profile names the certificates of the company's proxy, or addresses of services."""
    files.write_text(f"{profiles(x='a')}endpoint_url = {aws.url}\n", encoding="utf-8")
    settings = {"region": REGION, "profile": "x", "assumeRoles": json.dumps([{"roleArn": ROLE}])}

    session = StackSession(settings)

    assert session.ec2().meta.endpoint_url == aws.url
    assert session.place == f"{AWAY} {REGION}"


@pytest.mark.parametrize(
    "answer",
    [
        ValueError("Expecting value: line 1 column 1 (char 0)"),
        FileNotFoundError("no such process"),
        {"expiry_time": "2018-03-07T00:00:00Z"},
        {"expiry_time": "2018-03-07T00:00:00"},
        {},
    ],
    ids=["no json", "no process", "stale", "no zone", "no time"],
)
def test_keys_that_run_out_in_the_middle_end_in_an_error_of_aws_whatever_their_source_answers_then(
    answer: Exception | dict[str, str],
) -> None:
    """So every read takes it for a refusal, and none for a fault of the program."""
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    answers: list[Exception | dict[str, str]] = [
        {"access_key": "a", "secret_key": "b", "token": "c", "expiry_time": later},
        answer,
    ]

    def refresh() -> dict[str, str]:
        given = answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    session = with_keys(boto3.Session(region_name=REGION), DeferredRefreshableCredentials(refresh, "custom-process"))
    keys = read_keys(session)

    with pytest.raises(CredentialRetrievalError) as refused:
        keys._refresh_using()  # type: ignore[attr-defined] # noqa: SLF001 -- what botocore calls when they run out

    with pytest.raises(UsageError, match=r"^EC2 .*run the credential_process"), aws_errors("EC2 can't be read"):
        raise refused.value


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (TokenRetrievalError(provider="sso", error_msg="Token has expired and refresh failed"), "run `aws sso login`"),
        (UnauthorizedSSOTokenError(), "run `aws sso login`"),
        (LoginRefreshRequired(), "log in again"),
    ],
)
def test_a_login_that_ends_in_the_middle_of_a_command_is_one_line_with_the_way_back(
    error: BotoCoreError, step: str
) -> None:
    """The config is as it was, so the same command goes on after a login."""
    with pytest.raises(UsageError, match=rf"^EC2 can't be read: [^\n]*{step}"), aws_errors("EC2 can't be read"):
        raise error


@pytest.mark.parametrize("code", ["AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"])
def test_a_region_that_the_account_has_not_enabled_may_be_why_aws_knows_nobody(code: str) -> None:
    """AWS says nothing else of it."""
    error = ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeImages")

    with pytest.raises(UsageError, match="or enable the region if the account has not done so"), aws_errors("x"):
        raise error


@pytest.mark.parametrize("code", ["ExpiredToken", "RequestExpired", "AuthFailure"])
def test_keys_that_aws_does_not_take_are_a_fault_of_the_usage(code: str) -> None:
    """Not of the read that found it out, and in one line."""
    error = ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeImages")

    with pytest.raises(UsageError, match=r"^EC2 can't be read: [^\n]*log in again"), aws_errors("EC2 can't be read"):
        raise error
