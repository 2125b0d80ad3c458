"""A stack's `aws:` config that does not lead to AWS: an error in both shapes, and no secret in it."""

import pytest

from cli.account import aws_session
from cli.errors import UsageError

from .service import Service

EXTERNAL_ID = "correct-horse"


def test_no_value_of_the_roles_is_shown_when_they_are_no_json(service: Service) -> None:
    """They may be a secret of the stack, which the command decrypts: neither a person nor a script sees it."""
    roles = f'[{{"roleArn": "arn:aws:iam::111122223333:role/names" "externalId": "{EXTERNAL_ID}"}}]'
    service.pulumi("config", "set", "--secret", "aws:assumeRoles", roles)

    ran = service.snapnames("releases", "--json", code=2)

    error = (
        "the stack's aws: config does not lead to AWS: aws:assumeRoles is no JSON at line 1, column 53; the provider "
        "takes JSON there: correct it"
    )
    assert ran.json == {"error": error, "exit_code": 2}
    assert ran.err == f"error: {error}\n"


@pytest.mark.parametrize("value", ["[" * 100_000, "1" * 5_000], ids=["brackets without an end", "a very long number"])
def test_what_python_can_not_parse_is_an_error_too(value: str) -> None:
    """Not one of JSON's own, so it has no line."""
    with pytest.raises(UsageError, match="aws:maxRetries is no JSON; the provider takes JSON there: correct it"):
        aws_session({"aws:maxRetries": value})
