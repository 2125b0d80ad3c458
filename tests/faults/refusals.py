"""What a client that retries nothing is told."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError


def refusal(call: Callable[[], object]) -> tuple[int, str]:
    """HTTP status and code of the error that a call has to end in."""
    with pytest.raises(ClientError) as refused:
        call()
    return refused.value.response["ResponseMetadata"]["HTTPStatusCode"], refused.value.response["Error"]["Code"]
