"""The console script `snapnames`, which is installed also where what it needs is not."""

import sys
from importlib.util import find_spec

from .errors import Exit

_EXTRA = ("psutil", "rich", "typer", "yaml")


def main() -> None:
    """Run the command, or say how to install what it needs."""
    missing = [module for module in _EXTRA if find_spec(module) is None]
    if missing:
        print(
            f"error: the snapnames command needs {', '.join(missing)}, which the components alone don't: install them "
            "with `pip install 'pulumi-snapnames[cli]'`",
            file=sys.stderr,
        )
        sys.exit(Exit.USAGE)
    from .app import app  # noqa: PLC0415 -- only now is it known that it can be imported

    app(prog_name="snapnames")
