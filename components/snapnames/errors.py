"""The one kind of error that a user of the components sees."""

import sys
from functools import cache

from .printable import printable_lines


class InputError(Exception):
    """Something the caller gave, or AWS holds, that no correct update can follow from.

    The message gives the value, the rule and the next step. It is shown harmless, since it may quote a config or AWS.
    In a Pulumi program the error is a `pulumi.RunError` too, which `pulumi` shows without a stack trace. The rules
    themselves import no Pulumi.
    """

    def __new__(cls, message: str) -> "InputError":  # noqa: PYI034 -- the kind is decided here
        """Make it one that Pulumi shows as it is, where Pulumi is loaded."""
        kind: type[InputError] = _shown() if "pulumi" in sys.modules else InputError
        return Exception.__new__(kind, message)

    def __init__(self, message: str) -> None:
        """Keep the message, in printable lines."""
        super().__init__(printable_lines(message))


@cache
def _shown() -> type[InputError]:
    """The same, as a kind of Pulumi's own error."""
    return type(InputError.__name__, (InputError, sys.modules["pulumi"].RunError), {})


FAILS_LAST = "The update will do the rest, and fail then"
"""What a preview says of an update that ends in an error when everything else is done."""
