"""How a command ends, and the one kind of error that it shows."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes. `--help` and cli/README.md say them too."""

    DONE = 0
    FAILED = 1
    """The preview or the update failed, or AWS refused a read. The config is as it was."""

    USAGE = 2
    """The command can't work with an argument, the stack or the config. Nothing was run."""

    NOTHING_TO_DO = 3
    """The release is live already."""

    FOUND = 3
    """Only for `ledger`: there are findings of a kind that `--fail-on` lists."""

    INTERRUPTED = 130
    """Stopped by ^C (or SIGTERM, SIGHUP). The config is as it was, and the message says how to go on."""


class CommandError(Exception):
    """A command can't go on. The message gives the value, the rule and the next step."""

    def __init__(self, message: str, code: Exit = Exit.FAILED) -> None:
        """Keep the message for stderr, and the exit code."""
        super().__init__(message)
        self.code = code


class UsageError(CommandError):
    """The command can't work with what was given. Nothing was run."""

    def __init__(self, message: str) -> None:
        """Exit with `Exit.USAGE`."""
        super().__init__(message, Exit.USAGE)
