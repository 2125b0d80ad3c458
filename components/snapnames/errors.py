"""The one kind of error that a user of the components sees."""

from pulumi import RunError

from snapnames.printable import printable_lines


class InputError(RunError):
    """Something the caller gave, or AWS holds, that no correct update can follow from.

    The message gives the value, the rule and the next step. As a `RunError` it is shown by `pulumi` without a stack
    trace; were it a `ValueError` too, the SDK would wrap it into one and show both. What is in the message is shown
    harmless: it may be of a config, or of AWS.
    """

    def __init__(self, message: str) -> None:
        """Keep the message, in printable lines."""
        super().__init__(printable_lines(message))
