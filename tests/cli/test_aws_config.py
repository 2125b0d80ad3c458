"""A stack's `aws:` config that does not lead to AWS: an error in both shapes, and no secret in it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from snapnames.aws.session import StackSession
from snapnames.cli.account import aws_session
from snapnames.cli.errors import UsageError
from snapnames.errors import InputError
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine

from .service import Service

EXTERNAL_ID = "correct-horse"
ROLE = "arn:aws:iam::111122223333:role/names"
NOWHERE = "the stack's aws: config does not lead to AWS: "
TEXT = "is of another kind; it wants text: write it so, numbers in quotes where text is wanted"


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region, and nothing that gives boto3 keys."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "us-east-1")


class Regionless(Service):
    """A service whose config gives no region, and its environment none either."""

    def __init__(self, folder: Path, aws: LocalAws, engine: Engine) -> None:
        """Forget it."""
        super().__init__(folder, aws, engine)
        del self.environment["AWS_REGION"], self.environment["AWS_DEFAULT_REGION"]

    def _provider(self) -> dict[str, Any]:
        return {key: value for key, value in super()._provider().items() if key != "aws:region"}


def test_no_value_of_the_roles_is_shown_when_they_are_no_json(service: Service) -> None:
    """They may be a secret of the stack, which the command decrypts: neither a person nor a script sees it."""
    roles = f'[{{"roleArn": "{ROLE}" "externalId": "{EXTERNAL_ID}"}}]'
    service.pulumi("config", "set", "--secret", "aws:assumeRoles", roles)

    ran = service.snapnames("releases", "--json", code=2)

    error = f"{NOWHERE}aws:assumeRoles is no JSON at line 1, column 53; the provider takes JSON there: correct it"
    assert ran.json == {"error": error, "exit_code": 2}
    assert ran.err == f"error: {error}\n"


@pytest.mark.parametrize("value", ["[" * 100_000, "1" * 5_000], ids=["brackets without an end", "a very long number"])
def test_what_python_can_not_parse_is_an_error_too(value: str) -> None:
    """Not one of JSON's own, so it has no line."""
    with pytest.raises(UsageError, match="aws:maxRetries is no JSON; the provider takes JSON there: correct it"):
        aws_session({"aws:maxRetries": value})


@pytest.mark.parametrize("command", ["releases", "recover", "ledger"])
def test_a_command_without_a_region_says_where_to_set_one(
    tmp_path: Path, aws: LocalAws, engine: Engine, command: str
) -> None:
    """To a script too, and before anything is read."""
    stack, mark = Regionless(tmp_path / "stack", aws, engine), aws.mark()

    ran = stack.snapnames(command, "--json", *(["--account"] if command == "ledger" else []), code=2)

    error = (
        f"{NOWHERE}aws:region is not set, and neither is AWS_REGION; images are in one region: run `pulumi config set "
        "aws:region <region>`"
    )
    assert ran.json == {"error": error, "exit_code": 2}
    assert ran.err == f"error: {error}\n"
    assert aws.calls(mark) == []


@pytest.mark.usefixtures("no_keys")
@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        (
            "assumeRoles",
            [{"sessionName": "names"}],
            "aws:assumeRoles[0] has no roleArn; each entry is a role to assume: give its ARN, or remove it",
        ),
        (
            "assumeRoles",
            [{"roleArn": ROLE}],
            (
                f"no AWS keys were found to assume {ROLE} with; aws:assumeRoles takes keys of its own: set "
                "aws:profile, or log in"
            ),
        ),
        ("assumeRoles", [{"roleArn": ROLE, "externalId": 26534}], f"aws:assumeRoles[0].externalId {TEXT}"),
        ("assumeRoles", ROLE, "aws:assumeRoles is no list; the provider takes a list of maps there: write it so"),
        ("assumeRoles", [ROLE], "aws:assumeRoles[0] is no map; the provider takes a list of maps there: write it so"),
        ("endpoints", [{"ec2": 4566}], f"aws:endpoints[0].ec2 {TEXT}"),
        (
            "endpoints",
            [{"ec2": "localhost"}],
            "aws:endpoints[0].ec2 is 'localhost'; it is a URL as https://example.com: write it so",
        ),
        ("maxRetries", -1, "aws:maxRetries is -1; it is a number of calls: set 0 or more"),
        ("insecure", 1, f"aws:insecure {TEXT.replace('text:', 'true or false:')}"),
        ("retryMode", "fast", "aws:retryMode is 'fast'; it is standard or adaptive: set one of them"),
        (
            "region",
            "us east",
            "region 'us east' has a character that no region has; it is part of a host's name: correct aws:region",
        ),
    ],
)
def test_a_setting_that_no_client_can_be_made_with_is_refused_with_the_next_step(
    key: str, value: object, error: str
) -> None:
    """For a program as for the command, and without what may be a secret."""
    config = {f"aws:{key}": value if isinstance(value, str) and key != "assumeRoles" else json.dumps(value)}

    with pytest.raises(InputError, match=f"^{re.escape(error)}$"):
        StackSession({name.removeprefix("aws:"): text for name, text in config.items()})
    with pytest.raises(UsageError, match=f"^{re.escape(NOWHERE + error)}$"):
        aws_session(config)
