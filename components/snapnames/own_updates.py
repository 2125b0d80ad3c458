"""Records of this user's updates that held a lock, so that a lock which a killed one left behind can be told.

A lock tells host name and process id. Two machines may have one host name, and two containers may have both. So a
record also has the boot of the machine, the PID namespace and the start of the process, and the time by which that
process certainly held the lock of its stack. While it held that lock, nobody else could take it.
"""

import json
import os
import socket
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

_KEPT_SECONDS = 30 * 24 * 60 * 60
"""How long a record stays if nobody removes it. A killed update leaves one."""

_SLACK = timedelta(seconds=2)
"""How much before the start of its process a lock may seem to be: pulumi cuts off fractions, and clocks are adjusted.
"""

_BACKEND = "PULUMI_BACKEND_URL"
_ENGINE = "pulumi"


class Running(NamedTuple):
    """A process, as the kernel shows it in /proc/PID/stat."""

    name: str
    ended: bool
    """Whether it has ended, and only its parent has not asked for its exit code yet."""

    parent: int
    start: int
    """In clock ticks after the boot. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of this user that the command keeps its own state in, made if it is missing.

    Raises `OSError`, also if others could write to the folder: they could write records.
    """
    base = environment.get("XDG_STATE_HOME", "")
    try:
        folder = (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state") / "snapnames"
    except RuntimeError as error:  # this user has no home, as an arbitrary user of a container
        raise FileNotFoundError(str(error)) from error
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{folder} is not a folder that this user alone can write")
    return folder


def place() -> str:
    """The boot of this machine and the PID namespace of this process; empty where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return ""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{boot} {Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def running(pid: int) -> Running | None:
    """The process of this id, as this process sees it; None if it is not seen."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")  # a name may have brackets and spaces in it
    fields = rest.split()
    return Running(name, fields[0] in "ZX", int(fields[1]), int(fields[19]))


def remember(pid: int, stack: str, held_at: float, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Keep that this process, one of pulumi, held the lock of the stack `<project>/<stack>` at that time.

    Gives the record, which may be removed once the process has ended by itself. Gives None where nothing can be proven.
    Raises `OSError` if no record can be kept.
    """
    where, process = place(), running(pid)
    if not where or not process:
        return None
    folder = state_folder(environment)
    _forget_old(folder)
    uptime = float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0])
    content = {
        "place": where,
        "host": socket.gethostname(),
        "pid": pid,
        "start": process.start,
        "began": time.time() - uptime + process.start / os.sysconf("SC_CLK_TCK"),
        "held": held_at,
        "stack": stack,
        "backend": environment.get(_BACKEND, ""),
    }
    path = folder / f"held-{pid}-{process.start}-{os.getpid()}.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def remember_engine(stack: str) -> None:
    """Keep that the pulumi which runs this program holds the lock of that stack. Call it in an update only.

    A preview takes no lock. An update has taken it before it runs a program. Where no record can be kept, `recover`
    asks for `--unlock` after a kill.
    """
    pid = engine_process()
    if pid:
        with suppress(OSError):
            remember(pid, stack, time.time())


def engine_process() -> int:
    """The id of the pulumi process that runs this program; 0 if it is not seen."""
    pid = os.getppid()
    while pid > 1 and (process := running(pid)):
        if process.name == _ENGINE:
            return pid
        pid = process.parent
    return 0


def taken_here(lock: str, host: str, pid: int, since: datetime) -> Mapping[str, Any] | None:
    """The record of the process that took this lock, if it is one of this boot and PID namespace."""
    where, path = place(), unquote(urlsplit(lock).path)
    for one in _records() if where else ():
        began, held = (datetime.fromtimestamp(one[key], UTC) for key in ("began", "held"))
        same = (one["place"], one["host"], one["pid"]) == (where, host, pid)
        of_stack = f"/{one['stack']}/" in path and one["backend"] == os.environ.get(_BACKEND, "")
        if same and of_stack and began - _SLACK <= since <= held:
            return one
    return None


def has_ended(record: Mapping[str, Any]) -> bool:
    """Whether the process of a record of this boot and PID namespace has certainly ended."""
    process = running(record["pid"])
    if process:
        return process.ended or process.start != record["start"]
    try:
        os.kill(record["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass  # it is there, and /proc hides it
    return False


def _records() -> Iterator[dict[str, Any]]:
    kinds: dict[str, type | tuple[type, ...]] = {
        "place": str, "host": str, "pid": int, "start": int, "began": float, "held": (int, float), "stack": str,
        "backend": str,
    }  # fmt: skip
    with suppress(OSError):
        for path in state_folder().glob("held-*.json"):
            with suppress(OSError, ValueError):
                found = json.loads(path.read_text(encoding="utf-8"))
                if isinstance(found, dict) and all(isinstance(found.get(key), kinds[key]) for key in kinds):
                    yield found


def _forget_old(folder: Path) -> None:
    for path in (*folder.glob("held-*.json"), *folder.glob("started-*.json")):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - _KEPT_SECONDS:
                path.unlink()
