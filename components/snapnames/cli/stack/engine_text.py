"""What the engine writes for people, as plain text."""

import re

from pulumi.automation.errors import CommandError as PulumiError

_COLOR = re.compile(r"<\{%.*?%\}>")


def said(error: PulumiError) -> str:
    """What pulumi itself wrote to stderr, or else the whole text of the error."""
    text = str(error)
    stderr = text.rpartition("\n stderr: ")[2].strip()
    return plain(stderr.removeprefix("error: ") or text.strip())


def plain(text: str) -> str:
    """Text of the engine without its color marks."""
    return _COLOR.sub("", text).strip()
