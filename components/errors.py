"""The one kind of error that a user of the components sees."""

from pulumi import RunError

from .printable import printable_lines


class InputError(RunError):
    """A value from the caller or from AWS does not allow a correct update.

    The message gives the value, the rule and the next step. `pulumi` shows a `RunError` without a stack trace. If this
    were a `ValueError` too, the SDK would wrap it and show a stack trace. The message may contain text from a config or
    from AWS, so characters that could control a terminal are shown as text.
    """

    def __init__(self, message: str) -> None:
        """Keep the message, in printable lines."""
        super().__init__(printable_lines(message))
