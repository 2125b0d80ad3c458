"""A record of the pulumi processes that the command starts, so that a later command knows where they ran.

The record proves in a container that a process is gone. Without it, a lock tells only host name and process id there,
and another container may have both.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

_SOON = timedelta(minutes=1)
"""How long after its start pulumi takes its lock at the latest; it does so before it runs the program."""

_KEPT_SECONDS = 30 * 24 * 60 * 60
"""How long a record stays if nobody removes it: a failed update leaves one, and so does a killed one."""

_INITIAL_NAMESPACE = 4026531836
"""The inode of the PID namespace that Linux boots with, `PROC_PID_INIT_INO` in include/linux/proc_ns.h."""


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of this user that the command keeps its own state in, made if it is missing. Raises `OSError`."""
    base = environment.get("XDG_STATE_HOME", "")
    try:
        folder = (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state") / "snapnames"
    except RuntimeError as error:  # this user has no home, as an arbitrary user of a container
        raise FileNotFoundError(str(error)) from error
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def recorded(pid: int) -> Iterator[None]:
    """Keep a record of the process while this lasts, and after it if this process is killed.

    Where no record can be kept, the process runs without: then `recover` may ask for `--unlock` after a kill.
    """
    path = None
    with suppress(OSError, psutil.Error):
        _forget_old()
        path = record(pid)
    yield
    # If this fails, pulumi may have been killed, and then its lock is still there.
    if path:
        with suppress(OSError):
            path.unlink()


def record(pid: int, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Keep a record of a process of this user that runs. Gives its file. Raises `OSError` or `psutil.Error`."""
    place = namespace()
    if not place:
        return None
    path = state_folder(environment) / f"started-{pid}-{os.getpid()}.json"
    content = {"place": place, "pid": pid, "started": psutil.Process(pid).create_time()}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _forget_old() -> None:
    for path in state_folder().glob("started-*.json"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - _KEPT_SECONDS:
                path.unlink()


def was_started_here(pid: int, since: datetime) -> bool:
    """Whether the process that took a lock then was one of these, in the PID namespace of this process."""
    place = namespace()
    return bool(place) and any(
        (one.get("place"), one.get("pid")) == (place, pid)
        and -_SOON < since - datetime.fromtimestamp(one["started"], UTC) < _SOON
        for one in _records()
    )


def in_container() -> bool:
    """Whether this process may run in a container, from which the processes of other containers are not seen."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        return Path("/proc/self/ns/pid").stat().st_ino != _INITIAL_NAMESPACE
    except OSError:
        return True


def namespace() -> str:
    """The boot of this machine and the PID namespace of this process; empty where the system does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{boot} {Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _records() -> Iterator[dict[str, Any]]:
    with suppress(OSError):
        for path in state_folder().glob("started-*.json"):
            with suppress(OSError, ValueError):
                found = json.loads(path.read_text(encoding="utf-8"))
                if isinstance(found, dict) and isinstance(found.get("started"), float):
                    yield found
