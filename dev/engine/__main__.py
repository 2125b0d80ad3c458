"""`python -m engine ensure` makes sure of an engine; `python -m engine env` prints the variables that select it."""

import argparse
import signal
import sys

from . import EngineError, ensure, find


def main() -> int:
    """Run a subcommand; the exit code is 1 where there is no engine."""
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("ensure", help="find an engine, or download or build one, and say which")
    commands.add_parser("env", help="print PATH, PULUMI_HOME and more as NAME=value lines for the engine that is there")
    wanted = parser.parse_args().command
    # A build that is told to end ends its compilers and sweeps its folder, as it does on ^C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if wanted == "ensure":
            print(ensure())
            return 0
        engine = find()
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the next run starts where Go's own cache got to", file=sys.stderr)
        return 130
    if engine is None:
        print(f"error: there is no engine yet: run `python -m {__package__} ensure`", file=sys.stderr)
        return 1
    print("\n".join(f"{name}={value}" for name, value in engine.environment().items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
