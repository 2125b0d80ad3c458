"""`python -m dev COMMAND`: what the Makefile's targets run."""

import os
import shlex
import sys

from snapnames.testing.environment import FORGOTTEN, foreign
from snapnames.testing.localaws.daemon import DaemonError

from dev.engine import EngineError

from . import stack
from .project import DevError

_COMMANDS = {
    "up": stack.up,
    "preview": stack.preview,
    "destroy": stack.destroy,
    "down": stack.down,
    "picture": stack.picture,
}


def _print_environment() -> None:
    """Lines for `eval`: nothing of the caller's own AWS settings is left in the shell."""
    variables = stack.variables()
    for name in sorted({*FORGOTTEN, *foreign(os.environ, variables)}):
        print(f"unset {name}")
    for name, value in sorted(variables.items()):
        print(f"export {name}={shlex.quote(value)}")


def main(arguments: list[str]) -> int:
    """Run one command; what is wrong is said on stderr."""
    commands = {**_COMMANDS, "env": _print_environment}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(f"usage: python -m dev {{{','.join(commands)}}}", file=sys.stderr)
        return 2
    try:
        commands[arguments[0]]()
    except (DevError, DaemonError, EngineError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


sys.exit(main(sys.argv[1:]))
