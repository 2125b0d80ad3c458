"""The server in the background: started detached, known by its pid file and its own word, stopped by its id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .control import HOST, Control
from .server import PACKAGE, sealed_environment

START_SECONDS = 60.0
STOP_SECONDS = 10.0
BUSY_SECONDS = 30.0
"""How long a server may take to say who it is, before it counts as none."""

POLL_SECONDS = 0.02


class DaemonError(RuntimeError):
    """The server can't be started or stopped; the text gives the value, the rule and the next step."""


@dataclass(frozen=True)
class Daemon:
    """The background server of a folder, which holds its pid file and its log."""

    folder: Path

    @property
    def pid_file(self) -> Path:
        """Two lines: pid and port."""
        return self.folder / "localaws.pid"

    @property
    def log(self) -> Path:
        """What the server printed."""
        return self.folder / "localaws.log"

    def recorded(self) -> tuple[int, int] | None:
        """Pid and port as the pid file has them, true or not."""
        try:
            pid, port = self.pid_file.read_text(encoding="ascii").split()
            return int(pid), int(port)
        except (FileNotFoundError, ValueError):
            return None

    def running(self) -> tuple[int, int] | None:
        """Pid and port of this folder's server, if a server answers there and says it is that process."""
        recorded = self.recorded()
        if recorded is None:
            return None
        pid, port = recorded
        identity = Control(port).identity(BUSY_SECONDS)
        return recorded if identity and identity["pid"] == pid else None

    def start(self, port: int, pending_seconds: float) -> str:
        """Start the server unless it runs, and wait until it answers; returns what was done."""
        if ours := self.running():
            pid, held = ours
            if held != port:
                raise DaemonError(
                    f"port {port}: the server of {self.folder} already runs on port {held} (pid {pid}), and a folder "
                    f"has one server: stop it first with `python -m {PACKAGE} stop --folder {self.folder}`"
                )
            return f"already running on {Control(port).url} (pid {pid})"
        check_port_is_free(port)
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("w", encoding="utf-8") as log:
            command = ["serve", "--port", str(port), "--pending-seconds", str(pending_seconds)]
            process = subprocess.Popen(  # noqa: S603 - this Python, this package
                [sys.executable, "-m", PACKAGE, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=sealed_environment(),
                start_new_session=True,
            )
        try:
            self._wait_until_answering(process, port)
        except BaseException:
            process.kill()
            process.wait()
            raise
        # Only now: of two starts at once, the one that loses the port must not overwrite the other's file.
        self.pid_file.write_text(f"{process.pid}\n{port}\n", encoding="ascii")
        return f"started on {Control(port).url} (pid {process.pid})"

    def _wait_until_answering(self, process: subprocess.Popen[bytes], port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while (Control(port).identity() or {}).get("pid") != process.pid:
            if process.poll() is not None or time.monotonic() > deadline:
                last = self.log.read_text(encoding="utf-8").strip().splitlines()[-1:] or ["(nothing)"]
                raise DaemonError(f"the server did not start; it said: {last[0]}; all it said is in {self.log}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> str:
        """End this folder's server, and no other process; returns what was done."""
        ours = self.running()
        if ours is None:
            self.pid_file.unlink(missing_ok=True)
            return f"not running: {self.folder} has no server"
        pid, _ = ours
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self.running():
            if time.monotonic() > deadline:
                raise DaemonError(
                    f"pid {pid} still answers {STOP_SECONDS:.0f} s after SIGTERM: end it with kill -9 {pid}"
                )
            time.sleep(POLL_SECONDS)
        self.pid_file.unlink(missing_ok=True)
        return f"stopped (pid {pid})"


def check_port_is_free(port: int) -> None:
    """Raise `DaemonError` if the port can't be bound."""
    try:
        bound_socket(port).close()
    except OSError as error:
        raise DaemonError(port_refused(port, error)) from error


def bound_socket(port: int) -> socket.socket:
    """Listen on a port of loopback; 0 takes a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def port_refused(port: int, error: OSError) -> str:
    """Say why a port can't be had, who has it if that is easy to find out, and what to do."""
    identity = Control(port).identity(timeout=5.0)
    holder = f"another localaws server (pid {identity['pid']})" if identity else _holder(port)
    return (
        f"port {port} is held by {holder} ({error.strerror}); the local AWS needs a port of its own on {HOST}: "
        "stop what holds it, or give another --port"
    )


def _holder(port: int) -> str:
    """Look the listening socket up in Linux's /proc; elsewhere, and for other users' processes, nobody knows."""
    try:
        lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        rows = [line.split() for line in lines]
        inodes = {row[9] for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port}
    except OSError:
        inodes = set()
    sockets = {f"socket:[{inode}]" for inode in inodes}
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        try:
            if any(str(link.readlink()) in sockets for link in (process / "fd").iterdir()):
                return f"pid {process.name}"
        except OSError:  # it is another user's, or has ended or closed a file meanwhile
            continue
    return "another process"
