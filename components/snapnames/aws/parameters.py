"""The one reader of parameters of Systems Manager."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class StoredParameter:
    """A parameter that the account has."""

    value: str
    kind: str
    """`String`, `StringList` or `SecureString`."""

    version: int
    """How often it was written."""

    written: datetime
    tags: dict[str, str]

    @property
    def shown(self) -> str:
        """The value in words. That of a SecureString is encrypted, and says nothing to anybody."""
        return "an encrypted value" if self.kind == "SecureString" else f"the value {self.value!r}"


def read_parameter(ssm: Any, name: str) -> StoredParameter | None:  # noqa: ANN401 -- a client of Systems Manager
    """The parameter of that name with its tags, or None: one call, and one more for its tags.

    A value of the type SecureString stays encrypted.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
    """
    try:
        found = ssm.get_parameter(Name=name)["Parameter"]
    except ssm.exceptions.ParameterNotFound:
        return None
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    return StoredParameter(
        found["Value"],
        found["Type"],
        found["Version"],
        found["LastModifiedDate"],
        {tag["Key"]: tag["Value"] for tag in tags},
    )
