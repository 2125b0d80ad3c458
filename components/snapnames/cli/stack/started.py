"""A record of the pulumi processes that the command starts, so that a later command knows where they ran.

The record proves in a container that a process is gone. Without it, a lock tells only host name and process id there,
and another container may have both.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

_SOON = timedelta(minutes=1)
"""How long after its start pulumi takes its lock at the latest; it does so before it runs the program."""


def state_folder() -> Path:
    """The folder of this user that the command keeps its own state in, made if it is missing."""
    base = os.environ.get("XDG_STATE_HOME", "")
    folder = (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state") / "snapnames"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def recorded(pid: int) -> Iterator[None]:
    """Keep a record of the process while this lasts, and after it if this process is killed.

    Where no record can be kept, the process runs without: then `recover` may ask for `--unlock` after a kill.
    """
    place, path = namespace(), None
    if place:
        with suppress(OSError, psutil.Error):
            started = psutil.Process(pid).create_time()
            path = state_folder() / f"started-{pid}-{os.getpid()}.json"
            path.write_text(json.dumps({"place": place, "pid": pid, "started": started}), encoding="utf-8")
    yield
    if path:
        path.unlink(missing_ok=True)


def was_started_here(pid: int, since: datetime) -> bool:
    """Whether the process that took a lock then was one of these, in the PID namespace of this process."""
    place = namespace()
    return bool(place) and any(
        record == {"place": place, "pid": pid, "started": record.get("started")}
        and -_SOON < since - datetime.fromtimestamp(float(record["started"]), UTC) < _SOON
        for record in _records()
    )


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
                record = json.loads(path.read_text(encoding="utf-8"))
                if isinstance(record, dict) and isinstance(record.get("started"), float):
                    yield record
