"""The dev stack's commands, each a thin way around plain `pulumi` on the local AWS."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from snapnames.cli.stack import torn_state
from snapnames.testing.environment import REGION, sealed
from snapnames.testing.localaws.control import HOST
from snapnames.testing.localaws.daemon import Daemon, DaemonError
from snapnames.testing.localaws.seed import seed

from dev import engine

from . import account, ports, project
from . import picture as drawing
from .project import DevError

_PENDING_SECONDS = 1.0
_OTHER_PORTS = 3
"""How often a port may be lost to something that takes it at the same moment."""

_SOURCE_TAGS = {"Name": "front-web", "snapnames:source": "front-web"}
_UNFINISHED = project.FOLDER / "unfinished"
"""Stands while an update runs, so that the next one knows when it was cut off."""


def up() -> None:
    """Engine, local AWS, source instance, `pulumi up`, and what it made as a table."""
    environment = _ready()
    if _UNFINISHED.exists():
        _mend(environment)
    _UNFINISHED.touch()
    _pulumi(environment, "up", "--yes", "--stack", project.STACK)
    _UNFINISHED.unlink()
    account.print_names(_url())


def preview() -> None:
    """`pulumi preview`, on a local AWS that is started when it does not run."""
    _pulumi(_ready(), "preview", "--stack", project.STACK)


def destroy() -> None:
    """`pulumi destroy`, and what is left in the account."""
    if not Daemon(project.FOLDER).running():
        print("the local AWS does not run, and its account goes with it: nothing is left")
        return
    environment = _ready()
    if _UNFINISHED.exists():
        _mend(environment)
    _pulumi(environment, "destroy", "--yes", "--stack", project.STACK)
    account.print_left(_url())


def picture() -> None:
    """Draw what the dev stack has made. Raises `DevError` before the first `make up`."""
    environment = variables()
    with tempfile.TemporaryDirectory() as folder:
        dot = Path(folder, "stack.dot")
        _pulumi(environment, "stack", "graph", str(dot), "--stack", project.STACK)
        drawn = drawing.draw(dot.read_text(encoding="utf-8"), _exported(environment))
    drawing.PICTURE.write_text(drawn, encoding="utf-8")
    print(f"drew {drawing.PICTURE.relative_to(project.ROOT)}")


def down() -> None:
    """Stop the local AWS and forget the dev stack."""
    print(Daemon(project.FOLDER).stop())
    shutil.rmtree(project.FOLDER, ignore_errors=True)
    with suppress(OSError):  # what else is there stays
        project.FOLDER.parent.rmdir()


def variables() -> dict[str, str]:
    """The environment of the dev stack, for other programs. Raises `DevError` before the first `make up`."""
    project.check_endpoints()
    found = engine.find()
    if found is None:
        raise DevError("there is no Pulumi engine yet, and `make -s env` does not make one: run `make up` first")
    return _environment(found)


def _ready() -> dict[str, str]:
    project.check_endpoints()
    found = engine.ensure()
    print(found)
    daemon = Daemon(project.FOLDER)
    if not daemon.running():
        # The account was in the memory of the server that is gone, so what the stack knows of it is gone too.
        shutil.rmtree(project.BACKEND, ignore_errors=True)
        _UNFINISHED.unlink(missing_ok=True)
    print(f"local AWS: {_started(daemon)}")
    print(f"source instance: {seed(_url(), REGION, _SOURCE_TAGS)}", flush=True)
    environment = _environment(found)
    if not list(project.BACKEND.glob(f".pulumi/stacks/*/{project.STACK}.json")):
        project.BACKEND.mkdir(parents=True, exist_ok=True)
        _pulumi(environment, "stack", "select", "--create", project.STACK)
    return environment


def _started(daemon: Daemon) -> str:
    """Start the local AWS unless it runs, on the port of before, or on another where that is taken."""
    before = project.port()
    port = before if before and (daemon.running() or ports.is_free(before)) else ports.free_port()
    for _ in range(_OTHER_PORTS):
        try:
            return daemon.start(port, _PENDING_SECONDS)
        except DaemonError:
            if ports.is_free(port):
                raise  # it is not the port that something else took meanwhile
            port = ports.free_port()
    return daemon.start(port, _PENDING_SECONDS)


def _url() -> str:
    port = project.port()
    if port is None:
        raise DevError("there is no local AWS yet, so nothing has an address: run `make up` first")
    return f"http://{HOST}:{port}"


def _environment(found: engine.Engine) -> dict[str, str]:
    # The Python language host that is built from Go modules takes the python that is first on PATH.
    path = [project.ROOT / ".venv" / "bin", found.bin]
    return sealed(os.environ, path=path, pulumi_home=found.home, backend=project.BACKEND, endpoint=_url())


def _mend(environment: dict[str, str]) -> None:
    """Bring the dev stack and its account together again after an update that was cut off.

    Only here, where an account is worth nothing, is an image that the state missed simply removed.
    """
    print("the last run was cut off: reading the account again", flush=True)
    torn_state.mend(project.BACKEND, project.STACK)
    _pulumi(environment, "cancel", "--yes", "--stack", project.STACK)
    _pulumi(environment, "refresh", "--yes", "--clear-pending-creates", "--stack", project.STACK)
    account.remove_unknown_images(_url(), _exported(environment))


def _exported(environment: dict[str, str]) -> str:
    """The state, as JSON."""
    done = subprocess.run(  # noqa: S603 -- the engine just found
        [_program(environment), "stack", "export", "--stack", project.STACK],
        cwd=project.ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def _program(environment: dict[str, str]) -> str:
    return shutil.which("pulumi", path=environment["PATH"]) or "pulumi"


def _pulumi(environment: dict[str, str], *arguments: str) -> None:
    """Run pulumi in the foreground; an interrupt is pulumi's to answer, so that it can end in good order."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        sys.stdout.flush()
        done = subprocess.run(  # noqa: S603 -- the engine just found
            [_program(environment), *arguments], cwd=project.ROOT, env=environment, check=False
        )
    finally:
        signal.signal(signal.SIGINT, before)
    if done.returncode:
        raise DevError(f"`pulumi {' '.join(arguments)}` ended with exit code {done.returncode}: see its lines above")
