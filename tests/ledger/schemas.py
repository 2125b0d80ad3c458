"""What a JSON schema says of a document."""

from collections.abc import Mapping
from typing import Any


def faults(document: object, schema: Mapping[str, Any]) -> list[str]:
    """What the document has that the schema does not allow, formats included; none if it is valid."""
    # Three seconds, which only the processes need that have such a test: it makes grammars of URIs.
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in validator.iter_errors(document)]
