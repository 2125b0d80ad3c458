"""The one kind of error that a user of the components sees."""

from pulumi import RunError


class InputError(RunError):
    """Something the caller gave, or AWS holds, that no correct update can follow from.

    The message gives the value, the rule and the next step. As a `RunError` it is shown by `pulumi` without a stack
    trace; were it a `ValueError` too, the SDK would wrap it into one and show both.
    """
