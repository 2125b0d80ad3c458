"""The console script `snapnames`. It is installed also without the packages that it needs."""

import re
import sys
from importlib import metadata

from snapnames.cli.errors import Exit
from snapnames.own_process import collect_rarely


def main() -> None:
    """Run the command, or say how to install what it needs."""
    collect_rarely()
    missing = [name for name in _needed() if not _installed(name)]
    if missing:
        print(
            f"error: the snapnames command needs {', '.join(missing)}, which the components alone don't: install the "
            "package with its extra `cli`",
            file=sys.stderr,
        )
        sys.exit(Exit.USAGE)
    from snapnames.cli.app import app  # noqa: PLC0415 -- only now is it known that it can be imported

    app(prog_name="snapnames")


def _needed() -> list[str]:
    """The packages of the extra `cli`. None if the package itself is not installed."""
    if not _installed("pulumi-snapnames"):
        return []
    wanted = metadata.requires("pulumi-snapnames") or []
    extra = [line.partition(";")[0] for line in wanted if re.search(r"extra == ['\"]cli['\"]", line)]
    return [re.split(r"[^A-Za-z0-9._-]", line.strip(), maxsplit=1)[0] for line in extra]


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True
