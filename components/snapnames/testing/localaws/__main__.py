"""`python -m localaws`: serve, start, stop, running, seed."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .control import Control
from .daemon import Daemon, DaemonError, bound_socket, port_refused
from .server import PACKAGE, REGION, sealed_environment

TAGS = ["Name=front-web", "snapnames:source=front-web"]


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; what is wrong is said on stderr."""
    args = _parser().parse_args(arguments)
    try:
        print(args.run(args))
    except DaemonError as error:
        print(f"localaws: {error}", file=sys.stderr)
        return 1
    return 0


def _serve(args: argparse.Namespace) -> str:
    try:
        listener = bound_socket(args.port)
    except OSError as error:
        raise DaemonError(port_refused(args.port, error)) from error
    # moto makes AWS sessions of its own: they must not see the keys or profile of whoever starts the server.
    environment = sealed_environment()
    os.environ.clear()
    os.environ.update(environment)
    from .application import serve  # noqa: PLC0415 - moto, a second that the other commands don't need

    serve(listener, args.pending_seconds, until_stdin_closes=args.until_stdin_closes)
    return "stopped"


def _start(args: argparse.Namespace) -> str:
    return Daemon(args.folder).start(args.port, args.pending_seconds)


def _stop(args: argparse.Namespace) -> str:
    return Daemon(args.folder).stop()


def _running(args: argparse.Namespace) -> str:
    ours = Daemon(args.folder).running()
    if ours is None or ours[1] != args.port:
        raise DaemonError(f"not running: {args.folder} has no server on port {args.port}")
    return f"running on port {args.port} (pid {ours[0]})"


def _seed(args: argparse.Namespace) -> str:
    control = Control(args.port)
    if control.identity() is None:
        raise DaemonError(
            f"no local AWS answers on port {args.port}, and the seed needs one: "
            f"start it with `python -m {PACKAGE} start --port {args.port} --folder DIR`"
        )
    from .seed import seed  # noqa: PLC0415 - boto3, which the other commands don't need

    return seed(control.url, args.region, dict(args.tag or map(_tag, TAGS)))


def _tag(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no tag: write KEY=VALUE")
    return key, value


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no pending time: write seconds, 0 or more")
    return seconds


def _port(text: str) -> int:
    port = int(text)
    if port not in range(65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write a number from 0 to 65535")
    return port


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {PACKAGE}", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    serve = commands.add_parser("serve", help="serve in the foreground, on 127.0.0.1")
    serve.add_argument("--until-stdin-closes", action="store_true", help="end when stdin does")
    start = commands.add_parser("start", help="serve in the background; does nothing if it already runs")
    stop = commands.add_parser("stop", help="end the server that start made for the folder")
    running = commands.add_parser("running", help="exit with 0 if the folder's server runs on the port, else with 1")
    seed = commands.add_parser("seed", help="make sure that the dev stack's instance runs, and print its id")
    for command, run in ((serve, _serve), (start, _start), (stop, _stop), (running, _running), (seed, _seed)):
        command.set_defaults(run=run)
    for command in (serve, start, running, seed):
        command.add_argument("--port", type=_port, required=True, help="of 127.0.0.1; for serve, 0 takes a free one")
    for command in (serve, start):
        command.add_argument("--pending-seconds", type=_seconds, default=1.0, help="how long a new image is pending")
    for command in (start, stop, running):
        command.add_argument("--folder", type=Path, required=True, help="of localaws.pid and localaws.log")
    seed.add_argument("--region", default=REGION)
    seed.add_argument("--tag", type=_tag, action="append", metavar="KEY=VALUE", help=f"default: {' '.join(TAGS)}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
