"""Makes a stack in the backend."""

from pathlib import Path

from pulumi.automation.errors import StackAlreadyExistsError

from snapnames.cli.errors import UsageError
from snapnames.cli.stack.automation import Interruptible
from snapnames.cli.stack.project import Project


def create_stack(folder: Path, name: str, secrets_provider: str | None = None) -> None:
    """Make the stack in the backend, if there is none of that name. Its config file may be there already.

    `secrets_provider`: as `pulumi stack init` takes it. Default: that of the backend. Raises `UsageError` without a
    project or pulumi, and `PulumiError` if pulumi refuses.
    """
    project = Project.find(folder)
    try:
        pulumi = Interruptible()
    except FileNotFoundError as error:
        raise UsageError("there is no `pulumi` on PATH; the command runs it: install it, or set PATH") from error
    try:
        secrets = ["--secrets-provider", secrets_provider] if secrets_provider else []
        pulumi.run(["stack", "init", name, "--no-select", *secrets], str(project.folder), {})
    except StackAlreadyExistsError:
        return
